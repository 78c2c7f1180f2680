/**
 * Requests to a server, and the bytes of its responses.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { LLMConnectionError } from "../../llm/llm_errors.ts";
import { oneLine } from "../../json/one_line.ts";
import { type ApiKey, readKey } from "./api_key.ts";
import { copyError, makeRedact, reasonsOf, type Redact } from "./secrets.ts";

/** How a server is reached. */
export interface Connection {
  /** The name of the model, for messages. */
  readonly name: string;
  /** What stands before the path of a request. */
  readonly url: URL;
  /** Headers of each request. */
  readonly headers: Headers;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly apiKey: ApiKey | undefined;
  /** The variable of the environment that has the key; undefined if none is needed. */
  readonly apiKeyVariable: string | undefined;
}

/** A request to make. */
export interface Posting {
  /** Behind the URL of the connection, for example `/chat/completions`. */
  readonly path: string;
  /** Becomes the body as JSON. */
  readonly body: unknown;
  /** The media type of the answer. */
  readonly accept: string;
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
  connection: Connection,
  { path, body, accept, signal }: Posting,
): Promise<Exchange> {
  const { name, apiKey, apiKeyVariable } = connection;
  const headers = new Headers(connection.headers);
  headers.set("content-type", "application/json");
  headers.set("accept", accept);
  const key = await readKey(name, apiKey, apiKeyVariable);
  if (key !== undefined) headers.set("authorization", `Bearer ${key}`);
  signal?.throwIfAborted();
  const redact = makeRedact(secretsIn(headers));
  const url = new URL(connection.url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  const init: RequestInit = {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    redirect: "manual",
    ...signal && { signal },
  };
  try {
    const response = await connection.fetch(url.href, init);
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
  maxBytes: number = MAX_BYTES,
): AsyncGenerator<Uint8Array, void, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
      if (bytes > maxBytes) break;
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
    `Cannot ask ${
      quote(name)
    }: expected an answer of at most ${maxBytes} bytes, but there were more`,
  );
}

/** The whole body of a response as text. */
export async function readText(exchange: Exchange): Promise<string> {
  const decoder = new TextDecoder();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of readChunks(exchange)) chunks.push(chunk as Uint8Array<ArrayBuffer>);
  return decoder.decode(await new Blob(chunks).arrayBuffer());
}

/** The beginning of a body as text, which may have broken off: of an error nothing more is needed. */
export async function readBeginning(exchange: Exchange, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  let bytes = 0;
  try {
    for await (const chunk of readChunks(exchange)) {
      text += decoder.decode(chunk, { stream: true });
      bytes += chunk.byteLength;
      if (bytes >= maxBytes) break;
    }
  } catch (error) {
    if (!(error instanceof LLMConnectionError)) throw error;
  }
  return text;
}

/** The values of headers that are secrets, by their names, without the scheme before them. */
function secretsIn(headers: Headers): string[] {
  const secrets: string[] = [];
  for (const [name, value] of headers) {
    if (/auth|key|token|secret|cookie|signature/.test(name)) {
      secrets.push(value, value.replace(/^\w+ +/, ""));
    }
  }
  return secrets;
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
