/**
 * People of a scenario: the user, and the person who decides about approvals.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import type { PendingApproval } from "../../history/call.ts";
import type { Session } from "../../session/session.ts";
import type { Turn } from "../../turn/turn.ts";
import type { Conversation } from "../conversation.ts";

/**
 * Next input of a user: text, text with a flag that may end the conversation, or
 * undefined if the user is done. Empty text lets the agent continue without input.
 */
export type UserInput =
  | string
  | {
    /** Text of the input. */
    readonly message: string;
    /** If true, the conversation ends after the answer. */
    readonly isDone: boolean;
  }
  | undefined;

/**
 * User of a scenario: a list of inputs, or a function of the conversation so far,
 * such as `simulatedUser()` returns.
 */
export type ScenarioUser =
  | readonly string[]
  | ((conversation: Conversation) => UserInput | Promise<UserInput>);

/**
 * Returns the input of the user after a number of turns; undefined if they are done.
 *
 * @throws {ConfigError} if the user returns an invalid input.
 */
export async function nextInput(
  user: ScenarioUser,
  turns: number,
  conversation: Conversation,
): Promise<{ readonly message: string; readonly isDone: boolean } | undefined> {
  const input = typeof user === "function" ? await user(conversation) : user[turns];
  if (input === undefined) return undefined;
  const isLast = typeof user !== "function" && turns === user.length - 1;
  if (typeof input === "string") return { message: input, isDone: isLast };
  if (typeof input?.message === "string") return { message: input.message, isDone: input.isDone };
  throw new ConfigError(
    `Cannot use ${quote(input)} as input of the user: ` +
      "expected text, { message, isDone } or undefined",
  );
}

/**
 * Decides about a waiting call: true approves or retries it, false denies it, and text denies
 * it with that reason, which the model receives.
 */
export type ScenarioApprovals = (
  pending: PendingApproval,
) => boolean | string | Promise<boolean | string>;

/** Default reason of a denial. */
export const NOT_ALLOWED = "A person did not allow it";

/**
 * Decides about the first waiting call, and returns the turn that continues.
 *
 * @throws {ConfigError} if `approvals` is missing or returns no verdict.
 */
export async function decideNext<Result extends Turn>(
  session: Session<Result>,
  goal: string,
  approvals: ScenarioApprovals | undefined,
): Promise<Result> {
  const pending = session.approvals[0]!;
  const { callKey, tool, hash, reason } = pending;
  if (approvals === undefined) {
    throw new ConfigError(
      `Cannot play scenario ${quote(goal)} to its end: a call of tool ${quote(tool)} waits for ` +
        'approval: pass the option "approvals" to decide about it',
    );
  }
  const verdict: unknown = await approvals(pending);
  if (verdict === true) {
    return reason === "unknown"
      ? await session.retry(callKey, { hash })
      : await session.approve(callKey, { hash });
  }
  if (verdict === false) return await session.deny(callKey, NOT_ALLOWED, { hash });
  if (typeof verdict === "string") return await session.deny(callKey, verdict, { hash });
  throw new ConfigError(
    `Cannot decide about a call of tool ${quote(tool)}: "approvals" returned ${quote(verdict)}: ` +
      "expected true, false or the reason of a denial",
  );
}
