/**
 * Signed states, for clients that hold the state of their session.
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import { ConfigError, quote, StateError } from "../errors.ts";
import type { State } from "../history/state.ts";
import { ANYTHING, checkOptions, FUNCTION, TEXT } from "../llm/option_rules.ts";

/** Key of a signature: at least 32 secret bytes, or text with as many bytes in UTF-8. */
export type StateKey = Uint8Array<ArrayBuffer> | string;

/** Options of {@linkcode signState}. */
export interface SignStateOptions {
  /** Returns the current time, in milliseconds since 1970. @default {Date.now} */
  readonly now?: () => number;
}

/** Options of {@linkcode openState}. */
export interface OpenStateOptions extends SignStateOptions {
  /** Maximum age of the signature, in milliseconds. @default {Infinity} */
  readonly maxAge?: number;
  /** Id that the session must have. @default {undefined} any */
  readonly sessionId?: string;
}

/** Signed content. The fields before the state repeat it, so that nothing in it can be exchanged. */
interface Content {
  readonly version: typeof VERSION;
  readonly agent: string | null;
  readonly sessionId: string;
  readonly issuedAt: number;
  readonly state: State;
}

const VERSION = 1;
const MIN_KEY_BYTES = 32;
const ALGORITHM = { name: "HMAC", hash: "SHA-256" };
const SIGNED_REGEXP = /^([0-9a-f]{64})\.(\{[^]*\})$/;
const EXPECTED = "expected text of signState(), unchanged";

/**
 * Signs the state of a session with HMAC-SHA-256 (RFC 2104), so that a client can hold it but not
 * change it. The signature covers the agent's name, the session's id and the current time.
 *
 * Signed is not secret: the client can read the whole conversation. And an older state of the
 * same session can be presented again, unless the server keeps the newest `seq`.
 *
 * @throws {ConfigError} if the key is shorter than 32 bytes, or an option is invalid.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { openState, signState } from "@nomos/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello"), decide.respond("Hello again")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const key = crypto.getRandomValues(new Uint8Array(32)); // in production, from a secret store
 * const { state } = await agent.createSession({ id: "ann" }).next("Hi");
 * const text = await signState(state, key); // sent to the client, and back with its next input
 *
 * const opened = await openState(text, key, { sessionId: "ann", maxAge: 24 * 60 * 60 * 1000 });
 * const turn = await agent.createSession({ state: opened }).next("Me again");
 * assertEquals(turn.response, "Hello again");
 * ```
 */
export async function signState(
  state: State,
  key: StateKey,
  options: SignStateOptions = {},
): Promise<string> {
  checkOptions("sign a state", options, { now: FUNCTION });
  const { now = systemClock.now } = options;
  const { agent = null, sessionId } = state;
  const content: Content = { version: VERSION, agent, sessionId, issuedAt: now(), state };
  const json = JSON.stringify(content);
  const signature = await crypto.subtle.sign("HMAC", await importKey(key), toBytes(json));
  const hex = Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, "0"));
  return `${hex.join("")}.${json}`;
}

/**
 * Verifies the text of {@linkcode signState}, and returns its state. With several keys, one must
 * match: sign with the new key, and accept the old one until its states have expired.
 *
 * @throws {StateError} if no key matches, or the state is too old or of another session.
 * @throws {ConfigError} if a key is shorter than 32 bytes, or an option is invalid.
 */
export async function openState(
  text: string,
  key: StateKey | readonly StateKey[],
  options: OpenStateOptions = {},
): Promise<State> {
  checkOptions("open a state", options, { maxAge: ANYTHING, sessionId: TEXT, now: FUNCTION });
  const { maxAge = Infinity, sessionId, now = systemClock.now } = options;
  const keys = await Promise.all([key].flat().map(importKey));
  const [, hex, json] = SIGNED_REGEXP.exec(text) ?? [];
  if (hex === undefined || json === undefined) {
    throw new StateError("", `it is not signed: ${EXPECTED}`);
  }
  const signature = Uint8Array.from(hex.match(/../g)!, (byte) => parseInt(byte, 16));
  const matches = await Promise.all(
    keys.map((each) => crypto.subtle.verify("HMAC", each, signature, toBytes(json))),
  );
  if (!matches.includes(true)) {
    throw new StateError("", `its signature matches none of ${keys.length} keys: ${EXPECTED}`);
  }
  const content: Content = JSON.parse(json);
  if (content.version !== VERSION) {
    throw new StateError(
      "version",
      `its signature has version ${content.version}: expected ${VERSION}: update @nomos/agent`,
    );
  }
  if (sessionId !== undefined && content.sessionId !== sessionId) {
    throw new StateError(
      "sessionId",
      `it is ${quote(content.sessionId)}: expected ${quote(sessionId)}`,
    );
  }
  const age = now() - content.issuedAt;
  // Written so that an age or a limit that is not a number is refused.
  if (!(age <= maxAge)) {
    throw new StateError("", `it was signed ${age} ms ago: expected at most ${maxAge} ms`);
  }
  return content.state;
}

function importKey(key: StateKey): Promise<CryptoKey> {
  const bytes = typeof key === "string" ? toBytes(key) : key;
  if (!(bytes instanceof Uint8Array) || bytes.length < MIN_KEY_BYTES) {
    const found = bytes instanceof Uint8Array ? `${bytes.length} bytes` : quote(bytes);
    throw new ConfigError(
      `Cannot sign or open a state: its key has ${found}: expected at least ${MIN_KEY_BYTES} bytes`,
    );
  }
  return crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["sign", "verify"]);
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
