/**
 * Sessions as states, with those of the agents that they called.
 *
 * @module
 */
import { type State, stateOf } from "../session/state.ts";
import { LiveSession } from "./live_session.ts";

/** Takes note of where a session stands; what it gives puts the state together when it is asked. */
export function noteState(session: LiveSession): () => State {
  const { id, restingStatus: status, log: { events, position: { step }, head } } = session;
  const children = noteChildren(session);
  return () => stateOf(id, step, status, events.slice(0, head), children?.());
}

/**
 * The same for the sessions of its calls; undefined where there are none. What
 * came to its end does not change any more, so only calls that are open are looked at.
 */
export function noteChildren(
  { children, log }: LiveSession,
): (() => Readonly<Record<string, State>>) | undefined {
  if (children === undefined) return undefined;
  const { size } = children;
  const open = new Map<string, () => State>();
  for (const callKey of log.position.pending?.callKeys ?? []) {
    const child = callKey === undefined ? undefined : children.get(callKey);
    if (child instanceof LiveSession) open.set(child.id, noteState(child));
  }
  return () => {
    const states = [...children].slice(0, size).map(([callKey, child]): [string, State] => {
      const noted = open.get(callKey)?.();
      return [callKey, noted ?? (child instanceof LiveSession ? noteState(child)() : child)];
    });
    return Object.fromEntries(states);
  };
}
