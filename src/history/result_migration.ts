/**
 * Bringing results that older releases of an author's tools gave into today's form.
 *
 * @module
 */
import { quote, reasonOf, StateError } from "../errors.ts";
import type { SessionEvent } from "./event.ts";

/** The call whose result is migrated. */
export interface RecordedCall {
  /** The tool. */
  readonly tool: string;
  /** The call. */
  readonly callKey: string;
  /** When its result was written, in milliseconds since 1970 by the agent's `clock`. */
  readonly time: number;
}

/**
 * From a result that a log has to the same result in the form of today's tools.
 * It must be pure, and leave what has today's form already as it is: whatever is
 * read again is migrated again.
 */
export type MigrateResult = (text: string, call: RecordedCall) => string;

/**
 * An event with its result migrated; the event itself, if it has none or that
 * stays as it is. A reason, of a call that failed or was denied, is no result.
 *
 * @throws {StateError} naming the event, if the migration throws or gives no text.
 */
export function migrateResultOf(
  event: SessionEvent,
  migrate: MigrateResult | undefined,
): SessionEvent {
  if (migrate === undefined || event.type !== "tool_finished" || event.outcome !== "ok") {
    return event;
  }
  const { seq, tool, callKey, time } = event;
  let text: unknown;
  try {
    text = migrate(event.text, { tool, callKey, time });
  } catch (cause) {
    throw new StateError(
      `events.${seq}.text`,
      `migrateResult threw for a result of tool ${quote(tool)}: ${reasonOf(cause)}`,
      { cause },
    );
  }
  if (typeof text !== "string") {
    if (text instanceof Promise) text.catch(() => {});
    const given = text instanceof Promise ? "a promise" : quote(text);
    throw new StateError(
      `events.${seq}.text`,
      `migrateResult gave ${given} for a result of tool ${quote(tool)}: expected text, at once`,
    );
  }
  return text === event.text ? event : { ...event, text };
}
