/**
 * The spans of one turn.
 *
 * @module
 */
import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { LLMError, reasonOf } from "../errors.ts";
import type {
  DecisionEvent,
  ErrorEvent,
  SessionEvent,
  ToolFinishedEvent,
} from "../history/event.ts";
import type { Usage } from "../llm/llm.ts";
import { addUsage } from "../llm/usage.ts";
import type {
  ObservedEnd,
  ObservedModelCall,
  ObservedToolCall,
  ObservedTurn,
  Scope,
  TurnObserver,
} from "../observer.ts";
import { GEN_AI, NOMOS, usageAttributes } from "./attributes.ts";
import { errorTypeOf } from "./error_type.ts";
import { readProvider } from "./provider_name.ts";
import type { SpanContent } from "./span_content.ts";

/**
 * A span for the turn, and in it one for each call of a model or a tool. Spans
 * that are not recorded are made all the same, for what is inside must know it;
 * but nothing is gathered for them.
 */
export class TurnSpans implements TurnObserver {
  readonly #tracer: Tracer;
  readonly #content: SpanContent | undefined;
  readonly #sessionId: string;
  readonly #span: Span;
  /** Where the turn began, with its span: also for calls that are made while somebody else is reading a stream. */
  readonly #context: Context;
  /** The model call that is under way. */
  #call: Span | undefined;
  /** The tool calls that are under way, by their keys. */
  readonly #tools: Map<string, Span> = new Map();
  #usage: Usage = {};

  /** Begins the span of the turn. */
  constructor(tracer: Tracer, content: SpanContent | undefined, turn: ObservedTurn) {
    const { agent, sessionId, step, input } = turn;
    this.#tracer = tracer;
    this.#content = content;
    this.#sessionId = sessionId;
    const parent = context.active();
    const attributes: Attributes = {
      [GEN_AI.operation]: "invoke_agent",
      [GEN_AI.agent]: agent,
      [GEN_AI.conversation]: sessionId,
      [NOMOS.step]: step,
    };
    const options = { kind: SpanKind.INTERNAL, attributes };
    this.#span = tracer.startSpan(`invoke_agent ${agent}`, options, parent);
    this.#context = trace.setSpan(parent, this.#span);
    if (content !== undefined && input !== undefined && this.#span.isRecording()) {
      const messages = content.input([{ role: "user", content: input }]);
      this.#span.setAttribute(GEN_AI.inputMessages, messages);
    }
  }

  /** Begins the span of a model call. */
  onModelCall({ llm, request }: ObservedModelCall): Scope {
    const { vendor, model } = readProvider(llm);
    const span = this.#begin(`chat ${model}`, SpanKind.CLIENT, {
      [GEN_AI.operation]: "chat",
      [GEN_AI.provider]: vendor,
      [GEN_AI.requestModel]: model,
      [GEN_AI.conversation]: this.#sessionId,
      [GEN_AI.outputType]: "json",
      ...(request.step !== undefined && { [NOMOS.step]: request.step }),
    });
    if (this.#content !== undefined && span.isRecording()) {
      span.setAttribute(GEN_AI.inputMessages, this.#content.input(request.messages));
    }
    this.#call = span;
    return this.#scopeOf(span);
  }

  /** Begins the span of a tool call. */
  onToolCall({ tool, description, callKey, args }: ObservedToolCall): Scope {
    const span = this.#begin(`execute_tool ${tool}`, SpanKind.INTERNAL, {
      [GEN_AI.operation]: "execute_tool",
      [GEN_AI.tool]: tool,
      [GEN_AI.toolCall]: callKey,
      [GEN_AI.toolDescription]: description,
      [GEN_AI.toolType]: "function",
    });
    if (this.#content !== undefined && span.isRecording()) {
      span.setAttribute(GEN_AI.toolArguments, this.#content.text(args));
    }
    this.#tools.set(callKey, span);
    return this.#scopeOf(span);
  }

  /** Ends the span of the call that an event is about, and notes what changes the turn's course. */
  onEvent(event: SessionEvent): void {
    switch (event.type) {
      case "decision":
        return this.#endCall(event);
      case "error":
        this.#endCall(event);
        return this.#note(event.type, this.#problemOf(event));
      case "tool_finished":
        return this.#endTool(event);
      case "moved":
        return this.#note(event.type, { [NOMOS.from]: event.from, [NOMOS.to]: event.to });
      case "limit":
        this.#span.setAttribute(NOMOS.limit, event.reason);
        return this.#note(event.type, { [NOMOS.reason]: event.reason });
      case "fallback":
        return this.#note(event.type, { [NOMOS.reason]: event.reason });
      case "ended":
        return this.#note(event.type, {});
    }
  }

  /** Ends the span of the turn, and those of calls that did not come to their end. */
  onEnd({ status, step, error }: ObservedEnd): void {
    if (error instanceof LLMError && error.usage !== undefined) {
      this.#count(this.#call, error.usage);
    }
    if (this.#call !== undefined) this.#giveUp(this.#call, error);
    for (const span of this.#tools.values()) this.#giveUp(span, error);
    const span = this.#span;
    if (span.isRecording()) {
      const { input, output } = this.#usage;
      // The conventions leave the parts of the totals to the calls.
      span.setAttributes(usageAttributes({
        ...(input !== undefined && { input }),
        ...(output !== undefined && { output }),
      }));
      span.setAttributes({ [NOMOS.status]: status, [NOMOS.endStep]: step });
      if (error !== undefined) this.#fail(span, errorTypeOf(error), error);
    }
    span.end();
  }

  #begin(name: string, kind: SpanKind, attributes: Attributes): Span {
    return this.#tracer.startSpan(name, { kind, attributes }, this.#context);
  }

  #scopeOf(span: Span): Scope {
    const inside = trace.setSpan(this.#context, span);
    return (run) => context.with(inside, run);
  }

  #endCall(event: DecisionEvent | ErrorEvent): void {
    const span = this.#call;
    this.#call = undefined;
    if (event.usage !== undefined) this.#count(span, event.usage);
    if (span === undefined) return;
    if (span.isRecording()) {
      const isLegal = event.type === "decision";
      span.setAttribute(NOMOS.legal, isLegal);
      if (isLegal) span.setAttribute(NOMOS.action, event.decision.action);
      if (this.#content !== undefined) {
        const parts = isLegal
          ? this.#content.decisionParts(event.decision, this.#sessionId, event.seq)
          : [this.#content.textPart(event.output)];
        span.setAttribute(GEN_AI.outputMessages, this.#content.output(parts));
        if (isLegal) this.#noteResponse(event);
      }
    }
    span.end();
  }

  /** What the agent said is what came out of the turn. */
  #noteResponse({ decision }: DecisionEvent): void {
    if (decision.action !== "RESPOND" && decision.action !== "END") return;
    if (decision.response === undefined) return;
    const content = this.#content!;
    const messages = content.output([content.textPart(decision.response)]);
    this.#span.setAttribute(GEN_AI.outputMessages, messages);
  }

  #endTool({ callKey, outcome, text }: ToolFinishedEvent): void {
    const span = this.#tools.get(callKey);
    if (span === undefined) return;
    this.#tools.delete(callKey);
    if (span.isRecording()) {
      span.setAttribute(NOMOS.outcome, outcome);
      if (this.#content !== undefined) {
        span.setAttribute(GEN_AI.toolResult, this.#content.text(text));
      }
      if (outcome === "error" || outcome === "aborted") this.#fail(span, outcome, text);
    }
    span.end();
  }

  /** Ends the span of a call that was failed or given up, or whose end could not be committed. */
  #giveUp(span: Span, error: unknown): void {
    if (error === undefined) this.#fail(span, "aborted");
    else this.#fail(span, errorTypeOf(error), error);
    span.end();
  }

  /** Marks a span; the message may hold what was said, so it is content. */
  #fail(span: Span, type: string, reason?: unknown): void {
    span.setAttribute(GEN_AI.errorType, type);
    span.setStatus({
      code: SpanStatusCode.ERROR,
      ...(reason !== undefined && this.#content !== undefined &&
        { message: this.#content.text(reasonOf(reason)) }),
    });
  }

  #count(span: Span | undefined, usage: Usage): void {
    if (!this.#span.isRecording() && span?.isRecording() !== true) return;
    this.#usage = addUsage(this.#usage, usage);
    span?.setAttributes(usageAttributes(usage));
  }

  #problemOf({ step, path, message }: ErrorEvent): Attributes {
    const content = this.#content;
    return {
      [NOMOS.step]: step,
      ...(content !== undefined && {
        [NOMOS.path]: content.text(path),
        [NOMOS.message]: content.text(message),
      }),
    };
  }

  #note(event: string, attributes: Attributes): void {
    this.#span.addEvent(`nomos.${event}`, attributes);
  }
}
