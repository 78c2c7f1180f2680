/**
 * Wrapper of a started OpenTelemetry span.
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

/** Function that builds the content attributes of a span. Called only if content is enabled. */
export type ContentAttributes = (content: SpanContent) => Attributes;

/**
 * Started span. Its parent is set explicitly, so it does not depend on who reads the turn's
 * stream.
 */
export class OpenSpan {
  readonly #tracer: Tracer;
  readonly #content: SpanContent | undefined;
  readonly #span: Span;
  readonly #context: Context;

  /**
   * Starts a span in a parent context. If `content` is undefined, content attributes are
   * omitted. Samplers see the attributes in `options`, but no content attributes.
   */
  constructor(
    tracer: Tracer,
    content: SpanContent | undefined,
    parent: Context,
    name: string,
    options: SpanOptions,
    buildContent?: ContentAttributes,
  ) {
    this.#tracer = tracer;
    this.#content = content;
    this.#span = tracer.startSpan(name, options, parent);
    this.#context = trace.setSpan(parent, this.#span);
    this.add({}, buildContent);
  }

  /** Runs a function with this span as the active one. */
  get scope(): Scope {
    return (run) => context.with(this.#context, run);
  }

  /** False if there is neither a registered SDK nor a valid parent span. */
  get isValid(): boolean {
    return isSpanContextValid(this.#span.spanContext());
  }

  /** Starts a child span. */
  begin(name: string, options: SpanOptions, buildContent?: ContentAttributes): OpenSpan {
    return new OpenSpan(this.#tracer, this.#content, this.#context, name, options, buildContent);
  }

  /**
   * Adds attributes and, if enabled, content attributes. Does nothing if the span is not
   * recorded.
   */
  add(attributes: Attributes, buildContent?: ContentAttributes): void {
    if (this.#span.isRecording()) {
      this.#span.setAttributes(this.#mergeAttributes(attributes, buildContent));
    }
  }

  /** Adds a span event with attributes and, if enabled, content attributes. */
  addEvent(name: string, attributes: Attributes, buildContent?: ContentAttributes): void {
    this.#span.addEvent(name, this.#mergeAttributes(attributes, buildContent));
  }

  /**
   * Sets the status ERROR and `error.type`. The reason is written only if content is
   * enabled, because it may quote the conversation.
   */
  fail(type: string, reason?: unknown): void {
    this.#span.setAttribute("error.type", type);
    const message = reason === undefined ? undefined : this.#content?.formatText(reasonOf(reason));
    const code = SpanStatusCode.ERROR;
    this.#span.setStatus(message === undefined ? { code } : { code, message });
  }

  /**
   * Records what was thrown: its type and the places of its stack. The message is written only if
   * content is enabled, because it may quote the conversation.
   */
  recordException(thrown: unknown): void {
    const message = this.#content?.formatText(reasonOf(thrown));
    const stack = findPlaces(thrown);
    const parts = omitUndefined({ message, stack });
    this.#span.recordException({ name: getErrorType(thrown), ...parts });
  }

  /** Ends the span. */
  end(): void {
    this.#span.end();
  }

  /** Ends the span as failed with an error, or as aborted if `error` is undefined. */
  endWithError(error: unknown): void {
    if (error === undefined) this.fail("aborted");
    else this.fail(getErrorType(error), error);
    this.end();
  }

  /** Merges both kinds of attributes, and omits those that are undefined. */
  #mergeAttributes(attributes: Attributes, buildContent?: ContentAttributes): Attributes {
    const contentAttributes = this.#content && buildContent?.(this.#content);
    return omitUndefined({ ...attributes, ...contentAttributes });
  }
}

/**
 * Returns the `error.type` of the conventions: the stable code of an error, or the name
 * of its class. Neither quotes the conversation, as a message might.
 *
 * @see {@link https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/}
 */
function getErrorType(error: unknown): string {
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    for (const type of [code, name]) if (typeof type === "string" && type !== "") return type;
  } catch {
    // The value has no properties, or a getter threw.
  }
  return "_OTHER";
}

/** Returns the places of a stack without its message; undefined if there are none. */
function findPlaces(thrown: unknown): string | undefined {
  try {
    const lines = String((thrown as Error).stack).split("\n");
    const places = lines.filter((line) => /^\s+at /.test(line));
    return places.length > 0 ? places.join("\n") : undefined;
  } catch {
    // A getter threw.
    return undefined;
  }
}
