/**
 * Who decides about the tool calls of a scenario that wait for a person.
 *
 * @module
 */
import type { PendingApproval } from "../../turn/approval.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { Session } from "../../session/session.ts";
import type { Turn } from "../../turn/turn.ts";

/** Decides about a call that waits: whether it may run; or why not, told to the model. */
export type ScenarioApprovals = (
  pending: PendingApproval,
) => boolean | string | Promise<boolean | string>;

/** The reason of a denial that has none. */
const NOT_ALLOWED = "A person did not allow it";

/**
 * Decides about the first call that waits, and goes on with the turn.
 *
 * @throws {ConfigError} if nobody decides, or what is given is no verdict.
 */
export async function decideNext<StepId extends string>(
  session: Session<StepId>,
  goal: string,
  approvals: ScenarioApprovals | undefined,
): Promise<Turn<StepId>> {
  const pending = session.approvals[0]!;
  const { callKey, tool, hash } = pending;
  if (approvals === undefined) {
    throw new ConfigError(
      `Cannot play ${quote(goal)} to its end: a call of tool ${quote(tool)} waits for a person: ` +
        'expected "approvals" to decide about it',
    );
  }
  const verdict: unknown = await approvals(pending);
  if (verdict === true) return await session.approve(callKey, { hash });
  if (verdict === false) return await session.deny(callKey, NOT_ALLOWED);
  if (typeof verdict === "string") return await session.deny(callKey, verdict);
  throw new ConfigError(
    `Cannot decide about a call of tool ${quote(tool)} by ${quote(verdict)}: ` +
      "expected true, false or the reason of a denial",
  );
}
