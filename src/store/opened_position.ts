/**
 * Position from which a stored session is opened, by its snapshot or from its first entry.
 *
 * @module
 */
import { type ChangedAgent, findFirstStep, renameStep } from "../history/migrations.ts";
import { Position } from "../history/position.ts";
import type { Link } from "./entry/hash_chain.ts";
import { readSnapshot } from "./entry/sealed_snapshot.ts";
import type { FoundSession } from "./find_session.ts";

/** Position of a stored session before the entries that are yet to be read. */
interface OpenedPosition {
  /** Point in the hash chain before those entries. */
  readonly from: Link;
  /** Position as the entries are stored. */
  readonly stored: Position;
  /** Position as the agent reads it now: `stored` itself unless the agent has changed. */
  readonly current: Position;
  /** Snapshot that contains it; undefined if all entries are yet to be read. */
  readonly snapshot: string | undefined;
}

/**
 * Returns the position of the snapshot of a session, or else that before the first entry.
 *
 * @throws {SessionDamagedError} if the snapshot was changed.
 */
export function openPosition(
  { stored: { id, head, snapshot }, first, start }: FoundSession,
  agent: ChangedAgent,
): OpenedPosition {
  const position = readSnapshot(id, start, snapshot);
  const stored = position ?? new Position(start);
  const step = position === undefined
    ? findFirstStep(agent, start, head)
    : renameStep(position.step, agent.renamedSteps);
  const isAsStored = agent.migrateResult === undefined && agent.renamedSteps.size === 0 &&
    step === stored.step;
  const current = isAsStored ? stored : stored.copy();
  current.step = step;
  return {
    from: snapshot === undefined || position === undefined ? first : snapshot,
    stored,
    current,
    snapshot: position?.snapshot(),
  };
}
