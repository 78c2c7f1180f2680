/**
 * The persons of a scenario: who speaks, and who decides about calls that wait.
 *
 * @module
 */
import type { PendingApproval } from "../../history/call.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { Session } from "../../session/session.ts";
import type { Turn } from "../../turn/turn.ts";
import type { Conversation } from "./conversation.ts";

/**
 * What a user says next: text; text that may be their last; or nothing, being
 * done. Empty text lets the agent speak by itself.
 */
export type UserInput =
  | string
  | {
    /** The text. */
    readonly message: string;
    /** Whether they leave after the answer to it. */
    readonly isDone: boolean;
  }
  | undefined;

/**
 * The user of a scenario: what they say, one after the other; or a function of
 * the conversation so far, as `simulatedUser` gives one.
 */
export type ScenarioUser =
  | readonly string[]
  | ((conversation: Conversation) => UserInput | Promise<UserInput>);

/**
 * What the user says after so many turns; undefined if they are done.
 *
 * @throws {ConfigError} if it is nothing that can be said.
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
    `Cannot say ${quote(input)} to the agent: expected text, { message, isDone } or undefined`,
  );
}

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
export async function decideNext<Result extends Turn>(
  session: Session<Result>,
  goal: string,
  approvals: ScenarioApprovals | undefined,
): Promise<Result> {
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
