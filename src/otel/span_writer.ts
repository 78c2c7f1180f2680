/**
 * Beginning spans within a turn, and ending those that fail.
 *
 * @module
 */
import {
  type Attributes,
  type Context,
  context,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { reasonOf } from "../errors.ts";
import type { Scope } from "../turn/observer.ts";
import { GEN_AI } from "./attributes.ts";
import { errorTypeOf } from "./error_type.ts";
import type { SpanContent } from "./span_content.ts";

/** Writes spans into one context: that of a turn, whoever reads the turn's stream. */
export class SpanWriter {
  /** Writes what was said; undefined if that is not wanted. */
  readonly content: SpanContent | undefined;
  readonly #tracer: Tracer;
  readonly #context: Context;

  /** Makes it of where spans go, what they may say, and what they are part of. */
  constructor(tracer: Tracer, content: SpanContent | undefined, context: Context) {
    this.#tracer = tracer;
    this.content = content;
    this.#context = context;
  }

  /** Begins a span; the attributes are there when a sampler looks. */
  begin(name: string, kind: SpanKind, attributes: Attributes): Span {
    return this.#tracer.startSpan(name, { kind, attributes }, this.#context);
  }

  /** Runs what belongs to a span. */
  scopeOf(span: Span): Scope {
    const inside = trace.setSpan(this.#context, span);
    return (run) => context.with(inside, run);
  }

  /** Marks a span as failed; the reason may quote what was said, so it is content. */
  fail(span: Span, type: string, reason?: unknown): void {
    span.setAttribute(GEN_AI.errorType, type);
    span.setStatus({
      code: SpanStatusCode.ERROR,
      ...(reason !== undefined && this.content !== undefined &&
        { message: this.content.text(reasonOf(reason)) }),
    });
  }

  /** Ends the span of a call that failed, was given up, or whose end could not be committed. */
  giveUp(span: Span, error: unknown): void {
    if (error === undefined) this.fail(span, "aborted");
    else this.fail(span, errorTypeOf(error), error);
    span.end();
  }
}
