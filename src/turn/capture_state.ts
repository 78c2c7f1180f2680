/**
 * Building the state of a live session and of its child sessions.
 *
 * @module
 */
import { SessionUsage } from "../cost/session_usage.ts";
import { listOpenCalls } from "../history/call.ts";
import { EVENT_VERSION } from "../history/migrations.ts";
import { freezeJson } from "../json/json.ts";
import { LiveSession } from "./live_session.ts";
import type { State } from "../history/state.ts";

/** Captures the current position of a session, and returns a function that builds its state. */
export function captureState(session: LiveSession): () => State {
  const { agent: { name: agent }, id: sessionId, restingStatus: status } = session;
  const { events, position: { step }, head } = session.log;
  const children = captureChildren(session);
  return () =>
    buildState({ agent, sessionId, step, status, events: events.slice(0, head) }, children?.());
}

/**
 * Captures the child sessions, and returns a function that builds their states;
 * undefined if there are none. Only those of open calls are captured, because finished
 * ones no longer change.
 */
export function captureChildren(
  { children, log }: LiveSession,
): (() => Readonly<Record<string, State>>) | undefined {
  if (children === undefined) return undefined;
  const { size } = children;
  const open = new Map<string, () => State>();
  for (const call of listOpenCalls(log.position.calls, log.head)) {
    const child = call.state === "new" ? undefined : children.get(call.callKey);
    if (child instanceof LiveSession) open.set(child.id, captureState(child));
  }
  return () => {
    const states = [...children].slice(0, size).map(([callKey, child]): [string, State] => {
      const captured = open.get(callKey)?.();
      return [callKey, captured ?? (child instanceof LiveSession ? captureState(child)() : child)];
    });
    return Object.fromEntries(states);
  };
}

/** Builds the state of a session; its usage is computed from its events, which are frozen. */
export function buildState(
  { events, ...rest }: Required<Pick<State, "agent" | "sessionId" | "step" | "status" | "events">>,
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
