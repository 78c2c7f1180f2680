/**
 * The result of a tool that returns a `Response`.
 *
 * @module
 */
import { describeValue } from "./describe_value.ts";
import { cutText, describeHidden, type ResultText } from "./result_text.ts";

/** Result of a call that returned a response. */
export interface ResponseResult extends ResultText {
  /** Outcome of the call. */
  readonly outcome: "ok" | "error";
}

/**
 * Reads a response up to `maxChars` characters, and cancels the rest. A status of 400 and above is an
 * error, with the status before the body. Never rejects.
 */
export async function readResponse(
  response: Response,
  maxChars: number,
  signal: AbortSignal,
): Promise<ResponseResult> {
  const { text, hidden } = await readBody(response, maxChars, signal);
  const note = hidden === undefined ? undefined : { hidden };
  if (response.status < 400) return { outcome: "ok", text, ...note };
  const status = `HTTP ${response.status} ${response.statusText}`.trim();
  return { outcome: "error", text: text === "" ? status : `${status}\n${text}`, ...note };
}

/**
 * Returns true for a response. Never throws. Deno loads `Response` when it is first used, which
 * takes longer than a whole turn, so only an object with that tag is compared with it.
 */
export function isResponse(value: unknown): value is Response {
  try {
    return Object.prototype.toString.call(value) === "[object Response]" &&
      value instanceof Response;
  } catch {
    // A proxy may throw when it is inspected.
    return false;
  }
}

/** End of a body that a response does not have. */
const END = { done: true, value: undefined } as const;

async function readBody(
  response: Response,
  maxChars: number,
  signal: AbortSignal,
): Promise<ResultText> {
  let body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const cancel = () => {
    // Rejects if the stream has failed; then there is nothing to cancel.
    body?.cancel().catch(() => {});
  };
  signal.addEventListener("abort", cancel);
  try {
    body = response.body?.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await body?.read() ?? END;
      const piece = decoder.decode(value, { stream: !done });
      // Text has no NUL, and every common binary format has.
      if (piece.includes("\0")) return hide(response);
      text += piece;
      if (done) return { text: cutText(text, maxChars) };
      if (text.length > maxChars) return { text: cutText(text, maxChars, false) };
    }
  } catch (thrown) {
    return hide(response, { thrown });
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

function hide(response: Response, failure?: { readonly thrown: unknown }): ResultText {
  const hidden = describeValue(response, failure);
  return { text: describeHidden(hidden), hidden };
}
