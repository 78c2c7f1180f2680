/**
 * Spans of one turn.
 *
 * @module
 */
import { type Attributes, context, SpanKind, type Tracer } from "@opentelemetry/api";
import type { Decision } from "../decision/decision.ts";
import type { SessionEvent } from "../history/event.ts";
import type { ModelCallRecord, ModelCallUsage } from "../history/model_call.ts";
import type { SessionName } from "../history/session_name.ts";
import type { Usage } from "../llm/llm.ts";
import { addUsage } from "../llm/usage.ts";
import type {
  ObservedEnd,
  ObservedModelCall,
  ObservedToolCall,
  ObservedToolError,
  ObservedTurn,
  Scope,
  TurnObserver,
} from "../turn/observer.ts";
import { buildRecordAttributes, buildUsageAttributes, readProvider } from "./attributes.ts";
import { type ContentAttributes, OpenSpan } from "./open_span.ts";
import type { SpanContent } from "./span_content.ts";

/** Event types recorded on the span of a turn, with the fields that become attributes. */
const RECORDED_EVENTS: Readonly<Partial<Record<SessionEvent["type"], readonly string[]>>> = {
  ended: [],
  error: ["step"],
  limit: ["reason", "scope", "limit", "used", "option"],
  moved: ["from", "to"],
  respond_only: ["reason"],
  summary: ["reason", "until", "covered"],
};

/** Observer that does nothing, for turns without a valid span. */
const NOOP_OBSERVER: TurnObserver = {};

/**
 * Starts the span of a turn, as a child of the active span. Spans that are not recorded
 * are created too, because their children need the trace context, but no attributes are
 * computed for them.
 */
export function beginTurnSpans(
  tracer: Tracer,
  content: SpanContent | undefined,
  { agent, sessionId, incarnation, step, input }: ObservedTurn,
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
      : content.formatInput([{ role: "user", content: input }]),
  }));
  return turn.isValid ? new TurnSpans(turn, { id: sessionId, incarnation }) : NOOP_OBSERVER;
}

/** Observer with a span for the turn, and a child span for each model call and tool call. */
class TurnSpans implements TurnObserver {
  readonly #turn: OpenSpan;
  readonly #session: SessionName;
  /** Span of the running model call. */
  #modelCall: OpenSpan | undefined;
  /** Spans of the running tool calls, by call key. */
  readonly #toolCalls: Map<string, OpenSpan> = new Map();
  /** Keys of the calls of child agents that stopped with the turn. */
  readonly #suspended: Set<string> = new Set();
  /** Total usage of the turn's model calls. */
  #usage: Usage = {};
  /** Total cost of the turn's model calls; undefined if no price is known. */
  #cost: number | undefined;

  constructor(turn: OpenSpan, session: SessionName) {
    this.#turn = turn;
    this.#session = session;
  }

  onModelCall({ llm, request }: ObservedModelCall): Scope {
    const { vendor, model } = readProvider(llm);
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": vendor,
      "gen_ai.request.model": model,
      "gen_ai.conversation.id": this.#session.id,
      "gen_ai.output.type": "json",
      ...(request.step !== undefined && { "nomos.step": request.step }),
    };
    const options = { kind: SpanKind.CLIENT, attributes };
    this.#modelCall = this.#turn.begin(`chat ${model}`, options, (content) => ({
      "gen_ai.input.messages": content.formatInput(request.messages),
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
      "gen_ai.tool.call.arguments": content.formatText(args),
    }));
    this.#toolCalls.set(callKey, span);
    return span.scope;
  }

  onToolError({ callKey, error }: ObservedToolError): void {
    this.#toolCalls.get(callKey)?.recordException(error);
  }

  /**
   * Ends the span of the call that an event concludes, and records the event on the turn's
   * span.
   */
  onEvent(event: SessionEvent): void {
    switch (event.type) {
      case "decision": {
        const { decision, seq } = event;
        this.#endModelCall(event, (span) => {
          span.add({ "nomos.legal": true, "nomos.action": decision.action }, (content) => {
            const parts = content.makeDecisionParts(decision, this.#session, seq);
            return { "gen_ai.output.messages": content.formatOutput(parts) };
          });
        });
        return this.#addResponse(decision);
      }
      case "error":
        // The model call succeeded, although its output is illegal.
        this.#endModelCall(event, (span) => {
          span.add({ "nomos.legal": false }, (content) => ({
            "gen_ai.output.messages": content.formatOutput([content.makeTextPart(event.output)]),
          }));
        });
        return this.#recordEvent(event, (content) => ({
          "nomos.path": content.formatText(event.path),
          "nomos.message": content.formatText(event.message),
        }));
      case "model_failed":
        return this.#endModelCall(
          event,
          (span) => span.fail(event.code === "ABORTED" ? "aborted" : event.code),
        );
      case "embedded":
        // Observers of model calls do not see it, so it has no span.
        return this.#addUsage(event);
      case "summary":
        // Without a model, there is no span, and only the turn records the event.
        this.#endModelCall(event, (span) => {
          span.add({}, (content) => ({
            "gen_ai.output.messages": event.text === undefined
              ? undefined
              : content.formatOutput([content.makeTextPart(event.text)]),
          }));
        });
        return this.#recordEvent(event);
      case "tool_suspended":
        this.#suspended.add(event.callKey);
        return;
      case "tool_finished":
        return this.#endToolCall(event);
      case "limit":
        // The limit may have cut off a streaming output.
        this.#endModelCall(event, (span) => span.fail("limited"));
        this.#turn.add({ "nomos.limit_reason": event.reason });
        return this.#recordEvent(event);
      default:
        return this.#recordEvent(event);
    }
  }

  /** Ends the span of the turn, and those of calls that are still running. */
  onEnd({ status, step, error }: ObservedEnd): void {
    this.#modelCall?.endWithError(error);
    for (const [callKey, span] of this.#toolCalls) {
      const isSuspended = status === "needs_approval" || this.#suspended.has(callKey);
      if (isSuspended && error === undefined) {
        // A child agent that is suspended has a new span when it continues.
        span.add({ "nomos.outcome": status });
        span.end();
      } else span.endWithError(error);
    }
    // The conventions define the breakdown of tokens for the spans of calls only.
    const { cachedInput: _, cacheWriteInput: __, reasoning: ___, ...totals } = this.#usage;
    this.#turn.add({
      ...buildUsageAttributes(totals, this.#cost),
      "nomos.status": status,
      "nomos.end_step": step,
    });
    if (error === undefined) this.#turn.end();
    else this.#turn.endWithError(error);
  }

  /** Adds the tokens and the price of a call to those of the turn. */
  #addUsage(
    { usage, cost }: { readonly [Key in keyof ModelCallUsage]?: ModelCallUsage[Key] | undefined },
  ): void {
    if (usage !== undefined) this.#usage = addUsage(this.#usage, usage);
    if (cost !== undefined) this.#cost = (this.#cost ?? 0) + cost;
  }

  /** Ends the span of the running model call, if there is one, and adds its usage to the turn's. */
  #endModelCall(
    { usage, cost, model, ...record }: ModelCallUsage & ModelCallRecord,
    finish: (span: OpenSpan) => void,
  ): void {
    this.#addUsage({ usage, cost });
    const span = this.#modelCall;
    if (span === undefined) return;
    this.#modelCall = undefined;
    span.add({
      ...buildUsageAttributes(usage, cost),
      ...buildRecordAttributes(record),
      "gen_ai.response.model": model,
    });
    finish(span);
    span.end();
  }

  /**
   * Ends the span of a tool call. Only the outcomes `error` and `unknown` set the status ERROR:
   * a tool that raised an instruction for the model did not fail.
   */
  #endToolCall({ callKey, outcome, text }: SessionEvent<"tool_finished">): void {
    const span = this.#toolCalls.get(callKey);
    if (span === undefined) return;
    this.#toolCalls.delete(callKey);
    span.add({ "nomos.outcome": outcome }, (content) => ({
      "gen_ai.tool.call.result": content.formatText(text),
    }));
    if (outcome === "error" || outcome === "unknown") span.fail(outcome, text);
    span.end();
  }

  /** Adds the response as the output of the turn. */
  #addResponse(decision: Decision): void {
    if (decision.action !== "RESPOND" && decision.action !== "END") return;
    const { response } = decision;
    if (response === undefined) return;
    this.#turn.add({}, (content) => ({
      "gen_ai.output.messages": content.formatOutput([content.makeTextPart(response)]),
    }));
  }

  /** Records an event on the span of the turn, if it is of a recorded type. */
  #recordEvent(event: SessionEvent, buildContent?: ContentAttributes): void {
    const fields = RECORDED_EVENTS[event.type];
    if (fields === undefined) return;
    const values = event as unknown as Attributes;
    const attributes = fields.map((field) => [`nomos.${field}`, values[field]]);
    this.#turn.addEvent(`nomos.${event.type}`, Object.fromEntries(attributes), buildContent);
  }
}
