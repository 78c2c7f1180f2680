/**
 * Commands that start a turn.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import { isBlank } from "../json/text.ts";

/** Verdict of a person about a call that waits for one. */
export type Verdict =
  | { readonly approve: string; readonly hash?: string | undefined }
  | { readonly deny: string; readonly reason: string }
  | { readonly settle: string; readonly result: unknown };

/**
 * Command that starts a turn: the user's text, `{ resume: true }` to finish a turn that
 * was interrupted or limited, or a verdict about a call that waits for one. Text of white
 * space only is no input: the model goes on by itself.
 *
 * @example An answer that streams after an approval
 * ```ts
 * import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 * import * as v from "valibot";
 *
 * const pay = new Tool({
 *   name: "pay",
 *   description: "Pay the bill",
 *   args: v.object({}),
 *   needsApproval: true,
 *   run: () => "paid",
 * });
 * const agent = new Agent({
 *   name: "cashier",
 *   llm: new MockLLM([decide.call("pay"), decide.respond("It is paid")], { chunkLength: 4 }),
 *   start: "pay",
 *   steps: { pay: { description: "Take the money", tools: [pay] } },
 * });
 * const session = agent.createSession();
 * const { approvals: [asked] } = await session.next("The bill, please");
 * let shown = "";
 * for await (const part of session.stream({ approve: asked!.callKey, hash: asked!.hash })) {
 *   if (part.type === "delta" && part.field === "response") shown += part.text;
 * }
 * assertEquals(shown, "It is paid");
 * ```
 */
export type Command = string | { readonly resume: true } | Verdict;

/**
 * Validates a command.
 *
 * @throws {ConfigError} if it is invalid.
 */
export function checkCommand(command: unknown): asserts command is Command | undefined {
  if (command === undefined || typeof command === "string") return;
  if (typeof command === "object" && command !== null) {
    if ("resume" in command && command.resume === true) return;
    const isVerdict = "approve" in command || "deny" in command || "settle" in command;
    if (isVerdict && typeof keyOf(command as Verdict) === "string") return;
  }
  throw new ConfigError(
    `Cannot start a turn: the command is ${quote(command)}: expected text, { resume: true }, ` +
      "{ approve: callKey }, { deny: callKey, reason } or { settle: callKey, result }",
  );
}

/** Returns the user's text; undefined if the command is none, or a blank one. */
export function inputIn(command: Command | undefined): string | undefined {
  return typeof command === "string" && !isBlank(command) ? command : undefined;
}

/** Returns true if a command is `{ resume: true }`. */
export function isResume(command: Command | undefined): boolean {
  return typeof command === "object" && "resume" in command;
}

/** Returns the command if it is a verdict; otherwise undefined. */
export function verdictIn(command: Command | undefined): Verdict | undefined {
  return typeof command === "object" && !("resume" in command) ? command : undefined;
}

/** Returns the key of the call that a verdict is about. */
export function keyOf(verdict: Verdict): string {
  if ("approve" in verdict) return verdict.approve;
  return "deny" in verdict ? verdict.deny : verdict.settle;
}
