/**
 * Names of sessions, and the keys of calls and ids of child sessions that follow from them.
 *
 * @module
 */

/** Name of a session that no other session ever has, even if its id is used again. */
export interface SessionName {
  /** Id of the session. */
  readonly id: string;
  /**
   * Random text that was made with the session. Undefined for a child session, whose id
   * follows from that of its parent, and if version 1 or 2 made the session.
   */
  readonly incarnation: string | undefined;
}

/** Returns the idempotency key of a call: the same on every attempt. */
export function callKeyOf(
  { id, incarnation }: SessionName,
  decision: number,
  call: number,
): string {
  return `${incarnation === undefined ? id : `${id}~${incarnation}`}/${decision}/${call}`;
}

/** Returns the id of the child session of a call. It has nothing of an id that users choose. */
export function childIdOf(
  { id, incarnation = id }: SessionName,
  decision: number,
  call: number,
): string {
  return `${incarnation}/${decision}/${call}`;
}
