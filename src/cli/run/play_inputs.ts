/**
 * Conversation without a person: inputs of the command line, or lines of a pipe.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline";
import type { Command } from "../../turn/command.ts";
import type { Turn } from "../../turn/turn.ts";
import { CommandError, EXIT } from "../exit_code.ts";
import { formatCall, formatWord } from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { decideAlone } from "./approvals.ts";
import type { Conversation } from "./conversation.ts";
import type { Failures } from "./failures.ts";
import { describeLimit } from "./limit_text.ts";
import type { StopSignals } from "./stop_signals.ts";

/** Parts of a conversation without a person. */
export interface InputParts {
  readonly conversation: Conversation;
  readonly output: Output;
  readonly signals: StopSignals;
  readonly failures: Failures;
  /** The flag `--approve`. */
  readonly approve: "ask" | "deny" | "always";
  /** True if the session is kept. */
  readonly isKept: boolean;
  /** Inputs, in order; undefined to read lines of stdin. */
  readonly inputs: readonly string[] | undefined;
}

/**
 * Plays the inputs. Ends with the first turn that does not succeed, because later inputs rely on it.
 *
 * @returns The exit code.
 * @throws {CommandError} if a turn does not succeed.
 */
export async function playInputs(parts: InputParts): Promise<number> {
  const { conversation, signals } = parts;
  const { status } = conversation.session;
  if (status === "interrupted") await playTurn(parts, { resume: true });
  else if (status === "needs_approval") await settle(parts);
  for await (const input of parts.inputs ?? readLines()) {
    if (signals.code !== undefined) break;
    await playTurn(parts, input);
  }
  return signals.code ?? EXIT.yes;
}

/** Reads lines of stdin; blank ones are not inputs. */
async function* readLines(): AsyncGenerator<string, void, void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== "") yield line;
  }
}

async function playTurn(parts: InputParts, command: Command): Promise<void> {
  const { conversation, failures, signals } = parts;
  let turn: Turn;
  try {
    turn = await conversation.play(command);
  } catch (error) {
    throw failures.toCommandError(error);
  }
  failures.reportTools(turn);
  if (turn.status === "limited") {
    const message = `The turn was limited: ${describeLimit(turn)}.`;
    throw new CommandError(`${message}${sayHowToGoOn(parts)}`, { code: "TURN_LIMITED" });
  }
  if (turn.status === "needs_approval" && signals.code === undefined) await settle(parts);
}

/** Decides about the calls that wait. */
async function settle(parts: InputParts): Promise<void> {
  const { conversation: { session }, approve } = parts;
  const [approval] = session.approvals;
  if (approval === undefined) return;
  if (approve !== "ask") return await playTurn(parts, decideAlone(approval, approve));
  throw new CommandError(
    `A call waits for approval: ${formatCall(approval.tool, approval.args)}.${sayHowToGoOn(parts)}`,
    { code: "NEEDS_APPROVAL" },
  );
}

function sayHowToGoOn({ conversation: { session }, isKept }: InputParts): string {
  return isKept
    ? ` Nothing is lost; go on with: nomos run --session ${formatWord(session.id)}`
    : "";
}
