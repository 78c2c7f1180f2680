/**
 * The spans of one turn.
 *
 * @module
 */
import {
  type Attributes,
  context,
  isSpanContextValid,
  type Span,
  SpanKind,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { Decision } from "../decision/decision.ts";
import type { ErrorEvent, LimitEvent, SessionEvent } from "../history/event.ts";
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
import { GEN_AI, NOMOS, spendingAttributes } from "./attributes.ts";
import { errorTypeOf } from "./error_type.ts";
import { ModelCallSpan } from "./model_call_span.ts";
import type { SpanContent } from "./span_content.ts";
import { SpanWriter } from "./span_writer.ts";
import { ToolCallSpan } from "./tool_call_span.ts";

/** Watches where nobody has registered anything that spans could be written to. */
const NOBODY: TurnObserver = {};

/**
 * Begins the span of a turn, as a part of what is active. Where spans are not
 * recorded they are made all the same, for what is inside must know it; but
 * nothing is gathered for them.
 */
export function beginTurnSpans(
  tracer: Tracer,
  content: SpanContent | undefined,
  { agent, sessionId, step, input }: ObservedTurn,
): TurnObserver {
  const parent = context.active();
  const attributes: Attributes = {
    [GEN_AI.operation]: "invoke_agent",
    [GEN_AI.agent]: agent,
    [GEN_AI.conversation]: sessionId,
    [NOMOS.step]: step,
  };
  const options = { kind: SpanKind.INTERNAL, attributes };
  const span = tracer.startSpan(`invoke_agent ${agent}`, options, parent);
  if (!isSpanContextValid(span.spanContext())) return NOBODY;
  if (content !== undefined && input !== undefined && span.isRecording()) {
    span.setAttribute(GEN_AI.inputMessages, content.input([{ role: "user", content: input }]));
  }
  const writer = new SpanWriter(tracer, content, trace.setSpan(parent, span));
  return new TurnSpans(writer, sessionId, span);
}

/** A span for the turn, and in it one for each call of a model or a tool. */
class TurnSpans implements TurnObserver {
  readonly #writer: SpanWriter;
  readonly #sessionId: string;
  readonly #span: Span;
  /** The model call that is under way. */
  #call: ModelCallSpan | undefined;
  /** The tool calls that are under way, by their keys. */
  readonly #tools: Map<string, ToolCallSpan> = new Map();
  #usage: Usage = {};
  #cost: number | undefined;

  constructor(writer: SpanWriter, sessionId: string, span: Span) {
    this.#writer = writer;
    this.#sessionId = sessionId;
    this.#span = span;
  }

  onModelCall(call: ObservedModelCall): Scope {
    this.#call = new ModelCallSpan(this.#writer, this.#sessionId, call);
    return this.#call.scope;
  }

  onToolCall(call: ObservedToolCall): Scope {
    const span = new ToolCallSpan(this.#writer, call);
    this.#tools.set(call.callKey, span);
    return span.scope;
  }

  /** Ends the span of the call that an event is about, and notes what changes the turn's course. */
  onEvent(event: SessionEvent): void {
    switch (event.type) {
      case "decision":
        this.#endCall(event)?.answered(event);
        return this.#noteResponse(event.decision);
      case "error":
        this.#endCall(event)?.answered(event);
        return this.#note(event.type, this.#problemOf(event));
      case "model_failed":
        return this.#endCall(event)?.failed(event.code, event.usage, event.cost);
      case "tool_finished":
        this.#tools.get(event.callKey)?.finished(event);
        this.#tools.delete(event.callKey);
        return;
      case "moved":
        return this.#note(event.type, { [NOMOS.from]: event.from, [NOMOS.to]: event.to });
      case "limit":
        // It may have cut off an answer.
        this.#endCall(event)?.failed("limited", event.usage, event.cost);
        this.#span.setAttribute(NOMOS.limitReason, event.reason);
        return this.#note(event.type, limitAttributes(event));
      case "fallback":
        return this.#note(event.type, { [NOMOS.reason]: event.reason });
      case "ended":
        return this.#note(event.type, {});
    }
  }

  /** Ends the span of the turn, and those of calls that did not come to their end. */
  onEnd({ status, step, error }: ObservedEnd): void {
    this.#call?.giveUp(error);
    for (const call of this.#tools.values()) {
      if (status === "needs_approval" && error === undefined) call.waits();
      else call.giveUp(error);
    }
    const span = this.#span;
    if (span.isRecording()) {
      // The conventions leave the parts of the totals to the calls.
      const { cachedInput: _, cacheWriteInput: __, reasoning: ___, ...totals } = this.#usage;
      span.setAttributes({
        ...spendingAttributes(totals, this.#cost),
        [NOMOS.status]: status,
        [NOMOS.endStep]: step,
      });
      if (error !== undefined) this.#writer.fail(span, errorTypeOf(error), error);
    }
    span.end();
  }

  /** The model call that an event puts an end to, if one is under way; what it spent is the turn's. */
  #endCall({ usage, cost }: { readonly usage?: Usage; readonly cost?: number }) {
    if (usage !== undefined) this.#usage = addUsage(this.#usage, usage);
    if (cost !== undefined) this.#cost = (this.#cost ?? 0) + cost;
    const call = this.#call;
    this.#call = undefined;
    return call;
  }

  /** What the agent said is what came out of the turn. */
  #noteResponse(decision: Decision): void {
    const { content } = this.#writer;
    if (content === undefined || !this.#span.isRecording()) return;
    if (decision.action !== "RESPOND" && decision.action !== "END") return;
    if (decision.response === undefined) return;
    const messages = content.output([content.textPart(decision.response)]);
    this.#span.setAttribute(GEN_AI.outputMessages, messages);
  }

  #problemOf({ step, path, message }: ErrorEvent): Attributes {
    const { content } = this.#writer;
    return {
      [NOMOS.step]: step,
      ...(content !== undefined && {
        [NOMOS.path]: content.text(path),
        [NOMOS.message]: content.text(message),
      }),
    };
  }

  #note(event: SessionEvent["type"], attributes: Attributes): void {
    this.#span.addEvent(`nomos.${event}`, attributes);
  }
}

function limitAttributes({ reason, scope, limit, spent }: LimitEvent): Attributes {
  return {
    [NOMOS.reason]: reason,
    ...(scope !== undefined && { [NOMOS.scope]: scope }),
    ...(limit !== undefined && { [NOMOS.limit]: limit }),
    ...(spent !== undefined && { [NOMOS.spent]: spent }),
  };
}
