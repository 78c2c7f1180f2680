/**
 * Who plays the user of a scenario.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
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
