/**
 * HTTP requests and responses.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { oneLine } from "../../json/text.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { LLMConnectionError } from "../../llm/llm_failures.ts";
import { resolveKey } from "./api_key.ts";
import { createRedactor, joinReasons, redactError, type Redactor } from "./secrets.ts";
import type { Settings } from "./settings.ts";

/** A POST request. */
export interface PostRequest {
  /** Path relative to the base URL, for example `/chat/completions`. */
  readonly path: string;
  /** JSON text. */
  readonly body: string;
  /** Media type of the response. `@default {"application/json"}` */
  readonly accept?: string;
  readonly signal: AbortSignal | undefined;
}

/** A sent request and its response, of any status. */
export interface Exchange {
  /** Model name for error messages. */
  readonly name: string;
  readonly response: Response;
  readonly signal: AbortSignal | undefined;
  /** True if the request had an `authorization` or `api-key` header. */
  readonly hasCredentials: boolean;
  readonly redact: Redactor;
  /** Time at which the request was sent, by `performance.now()`. */
  readonly asked: number;
  /** Time at which the server began to respond. */
  readonly responded: number;
}

/**
 * Sends a request. Does not follow redirects, because the credentials and the prompt are
 * meant for this server only.
 *
 * @throws {LLMConnectionError} if the server cannot be reached.
 * @throws {ConfigError} if the API key is missing, or network access is not permitted.
 */
export async function post(
  settings: Settings,
  { path, body, accept = "application/json", signal }: PostRequest,
): Promise<Exchange> {
  const { name, apiKey, apiKeyVariable } = settings;
  const headers = new Headers(settings.headers);
  headers.set("content-type", "application/json");
  headers.set("accept", accept);
  const key = await resolveKey(name, apiKey, apiKeyVariable);
  if (key !== undefined) headers.set("authorization", `Bearer ${key}`);
  signal?.throwIfAborted();
  const redact = createRedactor(findSecrets(headers));
  const url = new URL(settings.url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  const init: RequestInit = {
    method: "POST",
    headers,
    body,
    redirect: "manual",
    ...signal && { signal },
  };
  const asked = performance.now();
  try {
    const response = await settings.fetch(url.href, init);
    const responded = performance.now();
    const hasCredentials = headers.has("authorization") || headers.has("api-key");
    return { name, response, signal, hasCredentials, redact, asked, responded };
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    throw createConnectionError(name, redactError(thrown, redact));
  }
}

/**
 * Maximum size of a response, in bytes, and of the text in a stream of events, in characters. A
 * decision has thousands, a batch of vectors millions.
 */
const MAX_SIZE = 32 * 1024 * 1024;

/**
 * Checks the length of the text in a stream of events.
 *
 * @throws {LLMError} if it is longer than {@linkcode MAX_SIZE}.
 */
export function checkTextLength({ name }: Exchange, chars: number): void {
  if (chars > MAX_SIZE) throw createSizeError(name, "characters of text");
}

function createSizeError(name: string, unit: string): LLMError {
  return new LLMError(
    `Cannot call model ${quote(name)}: expected a response of at most ${MAX_SIZE} ${unit}`,
  );
}

/**
 * Yields the bytes of a response as they arrive, without reading ahead. Cancels the
 * request if the consumer stops early.
 *
 * @param isCounted Returns false if the size of the response is not limited from now on.
 * @throws {LLMConnectionError} if the connection breaks.
 * @throws {LLMError} if the response is larger than {@linkcode MAX_SIZE}.
 */
export async function* readChunks(
  { name, response, signal, redact }: Exchange,
  isCounted: () => boolean = () => true,
): AsyncGenerator<Uint8Array, void, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
      if (bytes > MAX_SIZE && isCounted()) break;
      yield value;
    }
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    const cause = redactError(thrown, redact);
    throw new LLMConnectionError(
      `Cannot call model ${quote(name)}: the connection broke before the response was complete: ` +
        oneLine(joinReasons(cause)),
      { cause, isRetryable: true },
    );
  } finally {
    // Rejects if the stream has already failed; then there is nothing to cancel.
    await reader.cancel().catch(() => {});
  }
  throw createSizeError(name, "bytes");
}

/**
 * Reads the body of a response as text.
 *
 * @param maxBytes Limit after which the rest is skipped. If it is set, a broken connection
 *   does not throw: the beginning of an error message is enough.
 */
export async function readText(exchange: Exchange, maxBytes?: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of readChunks(exchange)) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (maxBytes !== undefined && bytes >= maxBytes) break;
    }
  } catch (error) {
    if (maxBytes === undefined || !(error instanceof LLMConnectionError)) throw error;
  }
  return await decodeText(chunks);
}

/** Decodes the bytes of a response. */
export async function decodeText(chunks: Uint8Array[]): Promise<string> {
  return new TextDecoder().decode(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** Returns the values of headers whose names suggest a secret, with and without a scheme such as `Bearer`. */
function findSecrets(headers: Headers): string[] {
  return [...headers]
    .filter(([name]) => /auth|key|token|secret|cookie|signature/.test(name))
    .flatMap(([, value]) => [value, value.replace(/^\w+ +/, "")]);
}

function createConnectionError(name: string, cause: Error): LLMError | ConfigError {
  const reason = oneLine(joinReasons(cause));
  const isForbidden = cause.name === "NotCapable" || cause.name === "PermissionDenied";
  if (isForbidden) return new ConfigError(`Cannot call model ${quote(name)}: ${reason}`, { cause });
  return new LLMConnectionError(
    `Cannot call model ${quote(name)}: the server cannot be reached: ${reason}`,
    { cause, isRetryable: true },
  );
}
