/**
 * Child sessions of forks, copied as they were at the cut.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import { findTool } from "../graph/graph.ts";
import {
  areJoined,
  listBegunChildren,
  listStartedCalls,
  type StartedCall,
} from "../history/cut.ts";
import type { AddedEvents } from "../history/durability.ts";
import type { SessionEvent } from "../history/event.ts";
import { Log } from "../history/log.ts";
import type { Position } from "../history/position.ts";
import { childIdOf, type SessionName } from "../history/session_name.ts";
import type { State } from "../history/state.ts";
import { childAgentOf } from "../turn/call/child_call.ts";
import { buildState } from "../turn/capture_state.ts";
import { LiveSession } from "../turn/live_session.ts";
import { findStart } from "./read_state.ts";

/** Returns true if the events around a place were committed together. */
export function isWithinCommit(events: readonly SessionEvent[], place: number): boolean {
  return place > 0 && place < events.length && areJoined(events[place - 1]!, events[place]!);
}

/**
 * Validates that the child sessions that are open at a cut can be copied as they were there.
 *
 * @throws {ConfigError} with the nearest valid places, if one cannot.
 */
export function checkOpenChildren(original: LiveSession, { head: at, position }: Log): void {
  const { id, log: { events } } = original;
  const lost = findLostChild(original, position, at);
  if (lost === undefined) return;
  const before = position.decision;
  let after = at + 1;
  for (const later = position.copy(); after <= events.length; after++) {
    later.apply(events[after - 1]!);
    if (isWithinCommit(events, after)) continue;
    if (findLostChild(original, later, after) === undefined) break;
  }
  const reason = lost.head === undefined
    ? "version 2 did not record how far its child session was"
    : 'its child session is no longer kept: create sessions with "keepChildren: true" to keep it';
  throw new ConfigError(
    `Cannot fork session ${quote(id)} at ${at}: the call of agent ${quote(lost.tool)} is open ` +
      `there, and ${reason}: expected at most ${before}` +
      (after > events.length ? "" : ` or at least ${after}`),
  );
}

/** Returns the first open call whose child session cannot be copied; undefined if all can be. */
function findLostChild(
  { agent, log: { events }, incarnation, children, durability }: LiveSession,
  { calls, decision, step }: Position,
  at: number,
): StartedCall | undefined {
  return listStartedCalls(calls, events.slice(decision, at)).find((started) => {
    const { head, callKey, tool: name, isSuspended } = started;
    if (head !== undefined) {
      return head > 0 && durability === undefined && children?.get(callKey) === undefined;
    }
    // Without a recorded head, the child has not begun, unless version 2 wrote the log.
    if (isSuspended) return true;
    const tool = incarnation === undefined && findTool(agent.graph.steps.get(step)!, name);
    return tool && childAgentOf(tool) !== undefined;
  });
}

/** Session whose child sessions are copied. */
interface CopiedParent {
  readonly children?: ReadonlyMap<string, LiveSession | State> | undefined;
}

/**
 * Copies the child sessions that are open at the end of a log, up to their recorded heads, by
 * the keys of their calls. Those that had not begun are not copied: they start from the beginning.
 *
 * @param name Name of the fork; the names of the copies are derived from it.
 * @param added Events that follow in the copies, by the places of the calls.
 * @throws {ConfigError} if a copied child has an open call whose child session cannot be copied.
 */
export function copyChildren(
  { children }: CopiedParent,
  { events, position: { calls, decision } }: Log,
  name: SessionName,
  added: AddedEvents["children"] | undefined,
): Map<string, State> {
  const copies = new Map<string, State>();
  for (const { call, callKey, head } of listBegunChildren(calls, events.slice(decision))) {
    const child = children?.get(callKey);
    if (child === undefined) {
      throw new ConfigError(
        `Cannot fork a child session inside call ${quote(callKey)}: its child session is no ` +
          'longer kept: expected sessions that are created with "keepChildren: true"',
      );
    }
    const id = childIdOf(name, decision, call);
    copies.set(callKey, copyChild(child, head, id, added?.get(call)));
  }
  return copies;
}

function copyChild(
  child: LiveSession | State,
  head: number,
  sessionId: string,
  added: AddedEvents | undefined,
): State {
  const isLive = child instanceof LiveSession;
  const agent = isLive ? child.agent.name : child.agent;
  const { events } = isLive ? child.log : child;
  const start = findStart(events, isLive ? child.step.id : child.step);
  const log = new Log(start, events.slice(0, head), { now: () => 0 });
  const parent = isLive ? child : { children: new Map(Object.entries(child.children ?? {})) };
  const below = copyChildren(
    parent,
    log,
    { id: sessionId, incarnation: undefined },
    added?.children,
  );
  log.appendCommitted(added?.events ?? []);
  const { step, status } = log.position;
  const children = below.size === 0 ? undefined : Object.fromEntries(below);
  const owner = { ...(agent !== undefined && { agent }), sessionId };
  return buildState({ ...owner, step, status, events: log.events }, children);
}
