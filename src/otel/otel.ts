/**
 * An observer that writes OpenTelemetry spans.
 *
 * @module
 */
import { trace } from "@opentelemetry/api";
import { checkOptions, wholeFrom } from "../llm/option_rules.ts";
import type { Observer } from "../turn/observer.ts";
import { SpanContent } from "./span_content.ts";
import { beginTurnSpans } from "./turn_spans.ts";

/** Options of {@linkcode otel}. */
export interface OtelOptions {
  /**
   * Whether spans hold what was said: messages, decisions, arguments and results
   * of tools, and the messages of errors, which may quote them. Default: false.
   */
  readonly content?: boolean;
  /**
   * The most characters of one attribute of content. Of a conversation the last
   * messages are kept; what is cut ends with an ellipsis. Default: 4,000.
   */
  readonly maxContentChars?: number;
  /**
   * Gives a text of content without what is to be hidden. It gets each text whole,
   * before it is cut; where it throws, or gives no text, `[withheld]` stands
   * instead. What looks like a key (bearer tokens, `sk-…`, `AKIA…`, `api_key=…`
   * and the like) is written as `[redacted]` in any case. Default: nothing else is hidden.
   */
  readonly redact?: (text: string) => string;
}

/** The version of the package, which spans name as their origin. */
const VERSION = "0.1.0";

/**
 * Makes an observer for the agent's option `observers`. It writes to whatever
 * the process has registered with `@opentelemetry/api`, at once or later; where
 * nothing is registered, it costs next to nothing.
 *
 * A turn belongs to the span that is active where it begins, for example that of
 * an HTTP request.
 *
 * @throws {ConfigError} if `maxContentChars` is no whole number from 1.
 *
 * @example
 * ```ts
 * import { otel } from "@nomos/agent/otel";
 * import { assertEquals } from "@std/assert";
 *
 * const observer = otel({
 *   content: true,
 *   redact: (text) => text.replaceAll(/\b\d{13,19}\b/g, "[card number]"),
 * });
 * assertEquals(typeof observer.beginTurn, "function");
 * ```
 */
export function otel(options: OtelOptions = {}): Observer {
  const { content = false, maxContentChars = 4_000, redact } = options;
  checkOptions("make an observer", { maxContentChars }, { maxContentChars: wholeFrom(1) });
  const tracer = trace.getTracer("@nomos/agent", VERSION);
  const spanContent = content ? new SpanContent(maxContentChars, redact) : undefined;
  return { beginTurn: (turn) => beginTurnSpans(tracer, spanContent, turn) };
}
