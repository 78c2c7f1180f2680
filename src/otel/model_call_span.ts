/**
 * The span of a model call.
 *
 * @module
 */
import { type Span, SpanKind } from "@opentelemetry/api";
import type { DecisionEvent, ErrorEvent } from "../history/event.ts";
import type { Usage } from "../llm/llm.ts";
import type { ObservedModelCall, Scope } from "../turn/observer.ts";
import { GEN_AI, NOMOS, spendingAttributes } from "./attributes.ts";
import { readProvider } from "./provider_name.ts";
import type { SpanWriter } from "./span_writer.ts";

/** One model call, from its request to the event that follows from it. */
export class ModelCallSpan {
  /** Runs the call. */
  readonly scope: Scope;
  readonly #writer: SpanWriter;
  readonly #sessionId: string;
  readonly #span: Span;

  /** Begins the span. */
  constructor(writer: SpanWriter, sessionId: string, { llm, request }: ObservedModelCall) {
    const { vendor, model } = readProvider(llm);
    const span = writer.begin(`chat ${model}`, SpanKind.CLIENT, {
      [GEN_AI.operation]: "chat",
      [GEN_AI.provider]: vendor,
      [GEN_AI.requestModel]: model,
      [GEN_AI.conversation]: sessionId,
      [GEN_AI.outputType]: "json",
      ...(request.step !== undefined && { [NOMOS.step]: request.step }),
    });
    if (writer.content !== undefined && span.isRecording()) {
      span.setAttribute(GEN_AI.inputMessages, writer.content.input(request.messages));
    }
    this.#writer = writer;
    this.#sessionId = sessionId;
    this.#span = span;
    this.scope = writer.scopeOf(span);
  }

  /**
   * Ends the span with what the model answered. An answer that is not legal is an
   * answer too: the call did not fail.
   */
  answered(event: DecisionEvent | ErrorEvent): void {
    const span = this.#span;
    if (span.isRecording()) {
      const isLegal = event.type === "decision";
      span.setAttributes({
        ...spendingAttributes(event.usage, event.cost),
        [NOMOS.legal]: isLegal,
        ...(isLegal && { [NOMOS.action]: event.decision.action }),
        ...(event.model !== undefined && { [GEN_AI.responseModel]: event.model }),
      });
      const { content } = this.#writer;
      if (content !== undefined) {
        const parts = isLegal
          ? content.decisionParts(event.decision, this.#sessionId, event.seq)
          : [content.textPart(event.output)];
        span.setAttribute(GEN_AI.outputMessages, content.output(parts));
      }
    }
    span.end();
  }

  /** Ends the span of a call that gave no whole answer, but cost something. */
  failed(type: string, usage: Usage | undefined, cost: number | undefined): void {
    this.#span.setAttributes(spendingAttributes(usage, cost));
    this.#writer.fail(this.#span, type);
    this.#span.end();
  }

  /** Ends the span where no event followed. */
  giveUp(error: unknown): void {
    this.#writer.giveUp(this.#span, error);
  }
}
