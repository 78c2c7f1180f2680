/**
 * Building the state of a live session and of its child sessions.
 *
 * @module
 */
import { listOpenCalls } from "../history/call.ts";
import { makeNotLoadedError } from "../history/log.ts";
import { EVENT_VERSION } from "../history/migrations.ts";
import { SessionUsage } from "../history/session_usage.ts";
import type { State, StateOwner } from "../history/state.ts";
import { freezeJson } from "../json/json.ts";
import { LiveSession } from "./live_session.ts";

/**
 * Captures the current position of a session, and returns a function that builds its state.
 *
 * @param keepsChildren True to include the child sessions of finished calls.
 * @throws {ConfigError} if the log is not loaded.
 */
export function captureState(
  session: LiveSession,
  keepsChildren: boolean = session.keepsChildren,
): () => State {
  if (!session.log.isWhole) throw makeNotLoadedError("the state", session.id);
  const { restingStatus: status, owner } = session;
  const { events, position: { step }, head } = session.log;
  const children = captureChildren(session, keepsChildren);
  return () => buildState({ ...owner, step, status, events: events.slice(0, head) }, children?.());
}

/**
 * Captures the child sessions of open calls, or of all. Returns a function that builds their
 * states; undefined if there are none.
 */
export function captureChildren(
  { children, log }: LiveSession,
  keepsChildren: boolean,
): (() => Readonly<Record<string, State>>) | undefined {
  if (children === undefined) return undefined;
  // Finished ones no longer change, and their number grows, so they are read only if needed.
  const kept = keepsChildren ? children.size : 0;
  const open = new Map<string, () => State>();
  const capture = (child: LiveSession | State) =>
    child instanceof LiveSession ? captureState(child, keepsChildren) : () => child;
  for (const call of listOpenCalls(log.position.calls, log.head)) {
    if (call.state === "new") continue;
    const child = children.get(call.callKey);
    if (child !== undefined) open.set(call.callKey, capture(child));
  }
  if (kept === 0 && open.size === 0) return undefined;
  return () => {
    const captured = new Map(
      [...children].slice(0, kept).map(([key, child]) => {
        return [key, capture(child)];
      }),
    );
    for (const [key, build] of open) captured.set(key, build);
    return Object.fromEntries([...captured].map(([key, build]) => [key, build()]));
  };
}

/** Builds the state of a session; its usage is computed from its events, which are frozen. */
export function buildState(
  { events, ...rest }: StateOwner & Pick<State, "step" | "status" | "events">,
  children?: State["children"],
): State {
  const { usage, cost } = SessionUsage.of(events);
  return {
    version: EVENT_VERSION,
    ...rest,
    ...(Object.keys(usage).length > 0 && { usage }),
    ...(cost !== undefined && { cost }),
    events: events.map(freezeJson),
    ...(children !== undefined && { children }),
  };
}
