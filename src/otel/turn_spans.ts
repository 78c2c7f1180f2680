/**
 * The spans of one turn.
 *
 * @module
 */
import { type Attributes, context, SpanKind, type Tracer } from "@opentelemetry/api";
import type { Decision } from "../decision/decision.ts";
import type { ModelCallUsage, SessionEvent } from "../history/event.ts";
import type { Usage } from "../llm/llm.ts";
import { addUsage } from "../llm/usage.ts";
import type {
  ObservedEnd,
  ObservedModelCall,
  ObservedToolCall,
  ObservedTurn,
  Scope,
  TurnObserver,
} from "../turn/observer.ts";
import { readProvider, usageAttributes } from "./attributes.ts";
import { type OfContent, OpenSpan } from "./open_span.ts";
import type { SpanContent } from "./span_content.ts";

/** The events that the span of a turn notes, and their fields that it has as attributes. */
const NOTED: Readonly<Partial<Record<SessionEvent["type"], readonly string[]>>> = {
  ended: [],
  error: ["step"],
  limit: ["reason", "scope", "limit", "used"],
  moved: ["from", "to"],
  respond_only: ["reason"],
};

/** Watches if nobody has registered anything that spans could be written to. */
const NOBODY: TurnObserver = {};

/**
 * Begins the span of a turn, as a part of what is active. Spans that are not recorded
 * are made too, because what is inside must know them; but nothing is gathered for them.
 */
export function beginTurnSpans(
  tracer: Tracer,
  content: SpanContent | undefined,
  { agent, sessionId, step, input }: ObservedTurn,
): TurnObserver {
  const attributes = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": agent,
    "gen_ai.conversation.id": sessionId,
    "nomos.step": step,
  };
  const name = `invoke_agent ${agent}`;
  const options = { kind: SpanKind.INTERNAL, attributes };
  const turn = new OpenSpan(tracer, content, context.active(), name, options, (content) => ({
    "gen_ai.input.messages": input === undefined
      ? undefined
      : content.input([{ role: "user", content: input }]),
  }));
  return turn.isValid ? new TurnSpans(turn, sessionId) : NOBODY;
}

/** A span for the turn, and in it one for each call of a model or a tool. */
class TurnSpans implements TurnObserver {
  readonly #turn: OpenSpan;
  readonly #sessionId: string;
  /** The span of the model call that is running. */
  #modelCall: OpenSpan | undefined;
  /** The spans of the tool calls that are running, by their keys. */
  readonly #toolCalls: Map<string, OpenSpan> = new Map();
  #usage: Usage = {};
  #cost: number | undefined;

  constructor(turn: OpenSpan, sessionId: string) {
    this.#turn = turn;
    this.#sessionId = sessionId;
  }

  onModelCall({ llm, request }: ObservedModelCall): Scope {
    const { vendor, model } = readProvider(llm);
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": vendor,
      "gen_ai.request.model": model,
      "gen_ai.conversation.id": this.#sessionId,
      "gen_ai.output.type": "json",
      ...(request.step !== undefined && { "nomos.step": request.step }),
    };
    const options = { kind: SpanKind.CLIENT, attributes };
    this.#modelCall = this.#turn.begin(`chat ${model}`, options, (content) => ({
      "gen_ai.input.messages": content.input(request.messages),
    }));
    return this.#modelCall.scope;
  }

  onToolCall({ tool, description, callKey, args }: ObservedToolCall): Scope {
    const attributes = {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool,
      "gen_ai.tool.call.id": callKey,
      "gen_ai.tool.description": description,
      "gen_ai.tool.type": "function",
    };
    const options = { kind: SpanKind.INTERNAL, attributes };
    const span = this.#turn.begin(`execute_tool ${tool}`, options, (content) => ({
      "gen_ai.tool.call.arguments": content.text(args),
    }));
    this.#toolCalls.set(callKey, span);
    return span.scope;
  }

  /** Ends the span of the call that an event is about, and notes what changes the turn's course. */
  onEvent(event: SessionEvent): void {
    switch (event.type) {
      case "decision": {
        const { decision, seq } = event;
        this.#endModelCall(event, (span) => {
          span.add({ "nomos.legal": true, "nomos.action": decision.action }, (content) => {
            const parts = content.decisionParts(decision, this.#sessionId, seq);
            return { "gen_ai.output.messages": content.output(parts) };
          });
        });
        return this.#addResponse(decision);
      }
      case "error":
        // An answer that is not legal is an answer too: the call did not fail.
        this.#endModelCall(event, (span) => {
          span.add({ "nomos.legal": false }, (content) => ({
            "gen_ai.output.messages": content.output([content.textPart(event.output)]),
          }));
        });
        return this.#note(event, (content) => ({
          "nomos.path": content.text(event.path),
          "nomos.message": content.text(event.message),
        }));
      case "model_failed":
        return this.#endModelCall(event, (span) => span.fail(event.code));
      case "tool_finished":
        return this.#endToolCall(event);
      case "limit":
        // It may have cut off an answer.
        this.#endModelCall(event, (span) => span.fail("limited"));
        this.#turn.add({ "nomos.limit_reason": event.reason });
        return this.#note(event);
      default:
        return this.#note(event);
    }
  }

  /** Ends the span of the turn, and those of calls that did not come to their end. */
  onEnd({ status, step, error }: ObservedEnd): void {
    this.#modelCall?.giveUp(error);
    for (const span of this.#toolCalls.values()) {
      if (status === "needs_approval" && error === undefined) {
        // An agent that waits for a person has another span when it goes on.
        span.add({ "nomos.outcome": "needs_approval" });
        span.end();
      } else span.giveUp(error);
    }
    // The conventions leave the parts of the totals to the calls.
    const { cachedInput: _, cacheWriteInput: __, reasoning: ___, ...totals } = this.#usage;
    this.#turn.add({
      ...usageAttributes(totals, this.#cost),
      "nomos.status": status,
      "nomos.end_step": step,
    });
    if (error === undefined) this.#turn.end();
    else this.#turn.giveUp(error);
  }

  /** Ends the span of the model call that an event is about, if one is running. Its usage is the turn's too. */
  #endModelCall({ usage, cost, model }: ModelCallUsage, finish: (span: OpenSpan) => void): void {
    if (usage !== undefined) this.#usage = addUsage(this.#usage, usage);
    if (cost !== undefined) this.#cost = (this.#cost ?? 0) + cost;
    const span = this.#modelCall;
    if (span === undefined) return;
    this.#modelCall = undefined;
    span.add({ ...usageAttributes(usage, cost), "gen_ai.response.model": model });
    finish(span);
    span.end();
  }

  /** Ends the span of a tool call. A tool that instructed the model did not fail; one that was given up may have. */
  #endToolCall({ callKey, outcome, text }: SessionEvent<"tool_finished">): void {
    const span = this.#toolCalls.get(callKey);
    if (span === undefined) return;
    this.#toolCalls.delete(callKey);
    span.add({ "nomos.outcome": outcome }, (content) => ({
      "gen_ai.tool.call.result": content.text(text),
    }));
    if (outcome === "error" || outcome === "unknown") span.fail(outcome, text);
    span.end();
  }

  /** Adds what the agent said, which is the output of the turn. */
  #addResponse(decision: Decision): void {
    if (decision.action !== "RESPOND" && decision.action !== "END") return;
    const { response } = decision;
    if (response === undefined) return;
    this.#turn.add({}, (content) => ({
      "gen_ai.output.messages": content.output([content.textPart(response)]),
    }));
  }

  /** Adds an event to the span of the turn, if it is one that the span notes. */
  #note(event: SessionEvent, ofContent?: OfContent): void {
    const fields = NOTED[event.type];
    if (fields === undefined) return;
    const values = event as unknown as Attributes;
    const attributes = fields.map((field) => [`nomos.${field}`, values[field]]);
    this.#turn.addEvent(`nomos.${event.type}`, Object.fromEntries(attributes), ofContent);
  }
}
