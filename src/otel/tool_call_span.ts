/**
 * The span of a tool call.
 *
 * @module
 */
import { type Span, SpanKind } from "@opentelemetry/api";
import type { ToolFinishedEvent } from "../history/event.ts";
import type { ObservedToolCall, Scope } from "../turn/observer.ts";
import { GEN_AI, NOMOS } from "./attributes.ts";
import type { SpanWriter } from "./span_writer.ts";

/** One tool call, from its start to its `tool_finished` event. */
export class ToolCallSpan {
  /** Runs the tool. */
  readonly scope: Scope;
  readonly #writer: SpanWriter;
  readonly #span: Span;

  /** Begins the span. */
  constructor(writer: SpanWriter, { tool, description, callKey, args }: ObservedToolCall) {
    const span = writer.begin(`execute_tool ${tool}`, SpanKind.INTERNAL, {
      [GEN_AI.operation]: "execute_tool",
      [GEN_AI.tool]: tool,
      [GEN_AI.toolCall]: callKey,
      [GEN_AI.toolDescription]: description,
      [GEN_AI.toolType]: "function",
    });
    if (writer.content !== undefined && span.isRecording()) {
      span.setAttribute(GEN_AI.toolArguments, writer.content.text(args));
    }
    this.#writer = writer;
    this.#span = span;
    this.scope = writer.scopeOf(span);
  }

  /** Ends the span. A tool that steered the model did not fail; one that was given up may have. */
  finished({ outcome, text }: ToolFinishedEvent): void {
    const span = this.#span;
    if (span.isRecording()) {
      span.setAttribute(NOMOS.outcome, outcome);
      const { content } = this.#writer;
      if (content !== undefined) span.setAttribute(GEN_AI.toolResult, content.text(text));
      if (outcome === "error" || outcome === "aborted") this.#writer.fail(span, outcome, text);
    }
    span.end();
  }

  /** Ends the span of an agent that waits for a person; when it goes on it has another one. */
  waits(): void {
    this.#span.setAttribute(NOMOS.outcome, "needs_approval");
    this.#span.end();
  }

  /** Ends the span where no event followed. */
  giveUp(error: unknown): void {
    this.#writer.giveUp(this.#span, error);
  }
}
