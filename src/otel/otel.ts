/**
 * Observer that writes OpenTelemetry spans.
 *
 * @module
 */
import { trace } from "@opentelemetry/api";
import { checkOptions, FLAG, FUNCTION, wholeFrom } from "../llm/option_rules.ts";
import type { Observer } from "../turn/observer.ts";
import { VERSION } from "../version.ts";
import { SpanContent } from "./span_content.ts";
import { beginTurnSpans } from "./turn_spans.ts";

/** Options of {@linkcode otel}. */
export interface OtelOptions {
  /**
   * If true, spans contain messages, decisions, arguments and results of tools, and
   * messages of errors, which may quote them. `@default {false}`
   */
  readonly content?: boolean;
  /**
   * Maximum length of a content attribute, in characters. Of a conversation, the latest
   * messages are kept. A truncated text ends with an ellipsis. `@default {4_000}`
   */
  readonly maxContentChars?: number;
  /**
   * Returns a text without its secrets. Called with each whole text of the content, before
   * truncation. If it throws or does not return a string, `[withheld]` is written.
   *
   * Text that looks like a key (bearer tokens, `sk-…`, `AKIA…`, `api_key=…` and the like)
   * is always written as `[redacted]`. Default: nothing else is removed.
   */
  readonly redact?: (text: string) => string;
}

/**
 * Creates an observer for the agent's option `observers`. It writes spans to the SDK that
 * is registered with `@opentelemetry/api`. The SDK may be registered later. Without an
 * SDK, the observer does nothing.
 *
 * The parent of a turn's span is the span that is active when the turn starts, for
 * example that of an HTTP request.
 *
 * @throws {ConfigError} if an option is unknown or invalid.
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
  checkOptions("make an OpenTelemetry observer", options, {
    content: FLAG,
    maxContentChars: wholeFrom(1),
    redact: FUNCTION,
  });
  const { content = false, maxContentChars = 4_000, redact } = options;
  const tracer = trace.getTracer("@nomos/agent", VERSION);
  const spanContent = content ? new SpanContent(maxContentChars, redact) : undefined;
  return { beginTurn: (turn) => beginTurnSpans(tracer, spanContent, turn) };
}
