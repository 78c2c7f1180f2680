/**
 * A span that has begun: adding to it, and ending it.
 *
 * @module
 */
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { reasonOf } from "../errors.ts";
import { omitUndefined } from "../json/json.ts";
import type { Scope } from "../turn/observer.ts";
import type { SpanContent } from "./span_content.ts";

/** Attributes of what was said. */
export type OfContent = (content: SpanContent) => Attributes;

/** A span that has begun. It belongs to the context of its turn, whoever reads the turn's stream. */
export class OpenSpan {
  /** Runs a function within the span. */
  readonly scope: Scope;
  readonly #tracer: Tracer;
  readonly #content: SpanContent | undefined;
  readonly #span: Span;
  readonly #context: Context;

  /**
   * Begins a span within a context. Without `content`, it has nothing of what was
   * said. A sampler sees the attributes, but not those of content.
   */
  constructor(
    tracer: Tracer,
    content: SpanContent | undefined,
    parent: Context,
    name: string,
    options: SpanOptions,
    ofContent?: OfContent,
  ) {
    this.#tracer = tracer;
    this.#content = content;
    const span = tracer.startSpan(name, options, parent);
    const inside = trace.setSpan(parent, span);
    this.#span = span;
    this.#context = inside;
    this.scope = (run) => context.with(inside, run);
    this.add({}, ofContent);
  }

  /** False if nobody has registered anything that spans could be written to. */
  get isValid(): boolean {
    return isSpanContextValid(this.#span.spanContext());
  }

  /** Begins a span that is a part of this one. */
  begin(name: string, options: SpanOptions, ofContent?: OfContent): OpenSpan {
    return new OpenSpan(this.#tracer, this.#content, this.#context, name, options, ofContent);
  }

  /** Adds attributes, and those of content if that is wanted. Gathers nothing if the span is not recorded. */
  add(attributes: Attributes, ofContent?: OfContent): void {
    if (this.#span.isRecording()) this.#span.setAttributes(this.#known(attributes, ofContent));
  }

  /** Adds an event with attributes, and those of content if that is wanted. */
  addEvent(name: string, attributes: Attributes, ofContent?: OfContent): void {
    this.#span.addEvent(name, this.#known(attributes, ofContent));
  }

  /** Marks the span as failed; the reason may quote what was said, so it is content. */
  fail(type: string, reason?: unknown): void {
    this.#span.setAttribute("error.type", type);
    const message = reason === undefined ? undefined : this.#content?.text(reasonOf(reason));
    const code = SpanStatusCode.ERROR;
    this.#span.setStatus(message === undefined ? { code } : { code, message });
  }

  /** Ends the span. */
  end(): void {
    this.#span.end();
  }

  /** Ends the span of what failed with an error, or was given up without one. */
  giveUp(error: unknown): void {
    if (error === undefined) this.fail("aborted");
    else this.fail(errorTypeOf(error), error);
    this.end();
  }

  /** All attributes that have a value. */
  #known(attributes: Attributes, ofContent?: OfContent): Attributes {
    const said = this.#content && ofContent?.(this.#content);
    return omitUndefined({ ...attributes, ...said });
  }
}

/**
 * The `error.type` of the conventions: the stable code of an error, or the name of
 * its class. It says nothing of what was said, which a message may.
 *
 * @see {@link https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/}
 */
function errorTypeOf(error: unknown): string {
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    for (const type of [code, name]) if (typeof type === "string" && type !== "") return type;
  } catch {
    // It has neither, or its own code threw.
  }
  return "_OTHER";
}
