/**
 * Requests to a server, and the bytes of its responses.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { LLMConnectionError } from "../../llm/llm_errors.ts";
import { oneLine } from "../../json/text.ts";
import { readKey } from "./api_key.ts";
import { copyError, makeRedact, reasonsOf, type Redact } from "./secrets.ts";
import type { Settings } from "./settings.ts";

/** A request to make. */
export interface Posting {
  /** Path behind the URL of the server, for example `/chat/completions`. */
  readonly path: string;
  /** Value that becomes the body as JSON. */
  readonly body: unknown;
  /** Media type of the answer. `@default {"application/json"}` */
  readonly accept?: string;
  readonly signal: AbortSignal | undefined;
}

/** A request that was made, and its response, whatever its status. */
export interface Exchange {
  /** The name of the model, for messages. */
  readonly name: string;
  readonly response: Response;
  readonly signal: AbortSignal | undefined;
  /** Whether a key was sent, as an option says it. */
  readonly hasKey: boolean;
  readonly redact: Redact;
}

/**
 * Makes a request. It follows no redirect, for the key and the prompt are for
 * this server only.
 *
 * @throws {LLMConnectionError} if the server cannot be reached.
 * @throws {ConfigError} if there is no key, or the program may not reach the server.
 */
export async function post(
  settings: Settings,
  { path, body, accept = "application/json", signal }: Posting,
): Promise<Exchange> {
  const { name, apiKey, apiKeyVariable } = settings;
  const headers = new Headers(settings.headers);
  headers.set("content-type", "application/json");
  headers.set("accept", accept);
  const key = await readKey(name, apiKey, apiKeyVariable);
  if (key !== undefined) headers.set("authorization", `Bearer ${key}`);
  signal?.throwIfAborted();
  const redact = makeRedact(secretsIn(headers));
  const url = new URL(settings.url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  const init: RequestInit = {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    redirect: "manual",
    ...signal && { signal },
  };
  try {
    const response = await settings.fetch(url.href, init);
    const hasKey = headers.has("authorization") || headers.has("api-key");
    return { name, response, signal, hasKey, redact };
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    throw unreachable(name, copyError(thrown, redact));
  }
}

/** The most bytes of a response: a decision has thousands, and a batch of vectors some millions. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * The bytes of a response as they arrive, read no further than is asked. Broken
 * off, it ends the request.
 *
 * @throws {LLMConnectionError} if the connection breaks.
 * @throws {LLMError} if there are too many.
 */
export async function* readChunks(
  { name, response, signal, redact }: Exchange,
): AsyncGenerator<Uint8Array, void, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
      if (bytes > MAX_BYTES) break;
      yield value;
    }
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    const cause = copyError(thrown, redact);
    throw new LLMConnectionError(
      `Cannot ask ${quote(name)}: the connection broke before the answer was whole: ` +
        oneLine(reasonsOf(cause)),
      { cause, isRetryable: true },
    );
  } finally {
    // What failed cannot be cancelled, and has nothing left to end.
    await reader.cancel().catch(() => {});
  }
  throw new LLMError(
    `Cannot ask ${quote(name)}: expected an answer of at most ${MAX_BYTES} bytes`,
  );
}

/**
 * Reads the body of a response as text.
 *
 * @param maxBytes Reads no further than that, and takes what came if the connection breaks
 *   before: an error needs no more than its beginning.
 */
export async function readText(exchange: Exchange, maxBytes?: number): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for await (const chunk of readChunks(exchange)) {
      chunks.push(chunk as Uint8Array<ArrayBuffer>);
      bytes += chunk.byteLength;
      if (maxBytes !== undefined && bytes >= maxBytes) break;
    }
  } catch (error) {
    if (maxBytes === undefined || !(error instanceof LLMConnectionError)) throw error;
  }
  return new TextDecoder().decode(await new Blob(chunks).arrayBuffer());
}

/** The values of headers that are secrets, by their names, without the scheme before them. */
function secretsIn(headers: Headers): string[] {
  return [...headers]
    .filter(([name]) => /auth|key|token|secret|cookie|signature/.test(name))
    .flatMap(([, value]) => [value, value.replace(/^\w+ +/, "")]);
}

function unreachable(name: string, cause: Error): LLMError | ConfigError {
  const reason = oneLine(reasonsOf(cause));
  const isForbidden = cause.name === "NotCapable" || cause.name === "PermissionDenied";
  if (isForbidden) return new ConfigError(`Cannot ask ${quote(name)}: ${reason}`, { cause });
  return new LLMConnectionError(
    `Cannot ask ${quote(name)}: the server cannot be reached: ${reason}`,
    { cause, isRetryable: true },
  );
}
