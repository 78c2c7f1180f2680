/**
 * What a stored session has from its beginning.
 *
 * @module
 */
import * as v from "valibot";
import { quote, StateError } from "../errors.ts";
import { STATE_VERSION } from "../session/state.ts";
import { damaged } from "./hash_chain.ts";
import type { StoredSession } from "./store.ts";

/** Of what a session is a fork. */
export interface ForkOrigin {
  /** The session whose past it has. */
  readonly id: string;
  /** How many events of it: it is whole once it has so many. */
  readonly at: number;
}

/** What is known of a session from its beginning. */
export interface SessionMeta {
  /** The step in which it began. */
  readonly start: string;
  /** Of what it is a fork, if it is one. */
  readonly fork?: ForkOrigin | undefined;
  /** The session whose call it belongs to, if it belongs to one. */
  readonly caller?: string | undefined;
}

const metaShape = v.object({
  version: v.number(),
  start: v.string(),
  fork: v.optional(v.object({ id: v.string(), at: v.number() })),
  caller: v.optional(v.string()),
});

/** What a session is created with, as text. */
export function writeMeta({ start, fork, caller }: SessionMeta): string {
  return JSON.stringify({ version: STATE_VERSION, start, fork, caller });
}

/**
 * What a session was created with.
 *
 * @throws {StateError} if a newer release created it.
 * @throws {SessionDamagedError} if it is no session of an agent, or a fork that was not finished.
 */
export function readMeta({ id, meta, head }: StoredSession): SessionMeta {
  let value: unknown;
  try {
    value = JSON.parse(meta);
  } catch (cause) {
    throw damaged(id, "what it was created with is no JSON", { cause });
  }
  const result = v.safeParse(metaShape, value);
  if (!result.success) throw damaged(id, "what it was created with is no session of an agent");
  const { version, fork } = result.output;
  if (version > STATE_VERSION) {
    throw new StateError(
      "version",
      `it is ${version}: expected ${STATE_VERSION} or lower: a newer release wrote it`,
    );
  }
  if (fork !== undefined && head < fork.at) {
    throw damaged(
      id,
      `it is a fork of session ${quote(fork.id)} that is not finished: ` +
        `it has ${head} of ${fork.at} events: if nobody is making it, delete it and fork again`,
    );
  }
  return result.output;
}
