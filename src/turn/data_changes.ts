/**
 * Events that change the data of a session.
 *
 * @module
 */
import { ConfigError, quote, quoteReturned, reasonOf } from "../errors.ts";
import type { DataChange } from "../history/data.ts";
import type { EventDraft } from "../history/event.ts";
import { isPlainObject, type JsonObject } from "../json/json.ts";
import {
  type DataSchemas,
  findDropped,
  readData,
  SessionValueProblem,
} from "../schema/session_values.ts";
import type { CallContext } from "./call/call_context.ts";
import type { LiveSession } from "./live_session.ts";

/** Returns the event that records the first data of a session; none if its log has data. */
export function beginData(
  { agent, data, log: { position } }: LiveSession,
): readonly EventDraft<"data_set">[] {
  if (agent.graph.data === undefined || position.data !== undefined) return [];
  return [{ type: "data_set", data }];
}

/** Change to commit with the result of a call, or the error that prevented it. */
interface PatchResult {
  readonly data?: DataChange | undefined;
  readonly problem?: ConfigError;
}

/** Result of a call that does not change the data. */
export const NO_CHANGE: PatchResult = {};

/**
 * Applies the patches of a call to the data as they are now, all or none. If one cannot be applied,
 * the author is warned, because the tool has had its effect.
 */
export function readPatches(
  session: LiveSession,
  tool: string,
  { patches, callKey }: CallContext,
): PatchResult {
  if (patches === undefined) return NO_CHANGE;
  const { agent, log: { position } } = session;
  try {
    let { data } = session;
    for (const patch of patches) data = applyPatch(agent.graph.data!, data, patch);
    return { data: diffData(position.data, data) };
  } catch (cause) {
    const error = new ConfigError(
      `Cannot change the data of session ${quote(session.id)} after call ${
        quote(callKey)
      } of tool ` +
        `${quote(tool)}, whose outcome stays "ok": ${reasonOf(cause)}`,
      { cause },
    );
    agent.warn(`data of ${tool}`, error.message, error);
    return { problem: error };
  }
}

/**
 * Returns the data after a patch of the author, who may pass a function.
 *
 * @throws {TypeError} if the patch is not an object, or the schema refuses the data after it.
 */
function applyPatch(schemas: DataSchemas, data: JsonObject, given: unknown): JsonObject {
  const patch: unknown = typeof given === "function" ? given(data) : given;
  if (!isPlainObject(patch)) {
    throw new TypeError(
      `the patch is ${quoteReturned(patch)}: expected an object, or a function that returns one`,
    );
  }
  const merged: Record<string, unknown> = { ...data, ...patch };
  for (const key of Object.keys(patch)) if (patch[key] === undefined) delete merged[key];
  const changed = readData(schemas, merged);
  if (changed instanceof SessionValueProblem) {
    throw new TypeError(changed.message, { cause: changed.cause });
  }
  const dropped = findDropped(patch, changed);
  if (dropped === undefined) return changed;
  throw new TypeError(
    `data.${dropped} is not in the data schema of ${
      schemas[0].owner
    }: add it there, or leave it out`,
  );
}

/** Returns the change from one data object to another; undefined if they are equal. */
function diffData(
  before: JsonObject | undefined = {},
  after: JsonObject,
): DataChange | undefined {
  const isSame = (key: string) =>
    Object.hasOwn(before, key) && JSON.stringify(before[key]) === JSON.stringify(after[key]);
  const set = Object.entries(after).filter(([key]) => !isSame(key));
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  if (set.length + removed.length === 0) return undefined;
  return {
    ...(set.length > 0 && { set: Object.fromEntries(set) }),
    ...(removed.length > 0 && { removed }),
  };
}
