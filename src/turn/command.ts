/**
 * Commands that start a turn.
 *
 * @module
 */
import { ConfigError, quote, SessionEndedError, SessionWaitingError } from "../errors.ts";
import { requireStep } from "../graph/graph.ts";
import { isBlank } from "../json/text.ts";
import { isExpired, requestsOf } from "../history/call.ts";
import type { EventPart } from "../history/event_part.ts";
import type { Part } from "../llm/part.ts";
import { readInput } from "./read_parts.ts";
import type { LiveSession } from "./live_session.ts";

/** Verdict of a person about a call that waits for one. With a `hash`, it is valid for one request only. */
export type Verdict =
  | {
    readonly approve: string;
    readonly hash?: string | undefined;
    readonly args?: Readonly<Record<string, unknown>> | undefined;
  }
  | { readonly deny: string; readonly reason: string; readonly hash?: string | undefined }
  | { readonly settle: string; readonly result: unknown; readonly hash?: string | undefined }
  | { readonly retry: string; readonly hash?: string | undefined };

/** One of several verdicts that are given at once. */
export interface CallVerdict {
  /** Idempotency key of the call. */
  readonly key: string;
  /** Kind of the verdict; see the methods of `Session` with the same names. */
  readonly verdict: "approve" | "deny" | "settle" | "retry";
  /** Hash of the request that the person saw. Default: not compared. */
  readonly hash?: string | undefined;
  /** Arguments to run the call with, only to approve. Default: those that were shown. */
  readonly args?: Readonly<Record<string, unknown>> | undefined;
  /** Reason, required to deny. */
  readonly reason?: string | undefined;
  /** Result, required to settle. */
  readonly result?: unknown;
}

/** Verdict that the parent session has recorded, for the child session whose call it is. */
export interface DeliveredVerdict extends Omit<CallVerdict, "verdict"> {
  readonly verdict: CallVerdict["verdict"] | "expire";
  /** See `ShownArgs`. */
  readonly isInput?: true | undefined;
}

/**
 * Command that starts a turn: the user's text or parts, `{ resume: true }` to finish a turn that
 * was interrupted or limited, or verdicts about calls that wait for one. Text of white space only
 * is not an input: the model continues by itself.
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
export type Command =
  | string
  | readonly Part[]
  | { readonly resume: true }
  | Verdict
  | { readonly decideAll: readonly CallVerdict[] };

/** Command of a child session: verdicts that its parent session has checked and recorded. */
export class Delivery {
  constructor(readonly verdicts: readonly DeliveredVerdict[]) {}
}

/** Input that has a picture or a file, validated. */
export class MediaInput {
  constructor(
    /** Text, with a description of each picture and file. */
    readonly text: string,
    readonly parts: readonly EventPart[],
  ) {}
}

/** Command that starts a turn of a session or of a child session. */
export type TurnCommand = Command | Delivery | MediaInput;

/**
 * Validates the parts of an input. Text alone becomes text; other commands are returned as they are.
 *
 * @throws {ConfigError} if a part is invalid.
 */
export async function readCommand(
  command: TurnCommand | undefined,
): Promise<TurnCommand | undefined> {
  if (!isParts(command)) return command;
  const { text, parts } = await readInput(command);
  return parts === undefined ? text : new MediaInput(text, parts);
}

/** Returns true if a command is a list of parts, which {@linkcode readCommand} validates. */
export function isParts(command: TurnCommand | undefined): command is readonly Part[] {
  return Array.isArray(command);
}

/** Kinds of verdicts that a person can give. */
export const VERDICTS: readonly CallVerdict["verdict"][] = ["approve", "deny", "settle", "retry"];

/**
 * Validates a command. Fields of verdicts are validated by the turn.
 *
 * @throws {ConfigError} if it is invalid.
 */
export function checkCommand(command: unknown): asserts command is TurnCommand | undefined {
  if (command === undefined || typeof command === "string" || Array.isArray(command)) return;
  if (command instanceof Delivery) return;
  if (typeof command === "object" && command !== null) {
    if ("resume" in command && command.resume === true) return;
    if ("decideAll" in command && Array.isArray(command.decideAll)) return;
    const verdict = VERDICTS.find((one) => one in command);
    if (verdict && typeof (command as Record<string, unknown>)[verdict] === "string") return;
  }
  throw new ConfigError(
    `Cannot start a turn: the command is ${
      quote(command)
    }: expected text, parts, { resume: true }, ` +
      "{ approve: callKey }, { deny: callKey, reason }, { settle: callKey, result }, " +
      "{ retry: callKey } or { decideAll: verdicts }",
  );
}

/**
 * Checks that a command can start a turn now.
 *
 * @throws {StateError} if the agent lacks the current step of the session.
 * @throws {SessionEndedError} if the session has ended.
 * @throws {SessionWaitingError} if there is nothing to resume.
 */
export function checkStart(session: LiveSession, command: TurnCommand | undefined): void {
  requireStep(session.agent.graph, session.log.position.step);
  const { restingStatus: status } = session;
  if (status === "ended") {
    throw new SessionEndedError(
      `Cannot start a turn of session ${quote(session.id)}: it has ended: create a new session`,
    );
  }
  const isResting = status === "waiting" || status === "needs_approval" && !hasExpired(session);
  if (isResume(command) && isResting) {
    const reason = status === "waiting"
      ? "it waits for input: call next() with text"
      : "calls wait for approval: call approve(), deny() or settle(); if their outcome is unknown, " +
        "retry(), deny() or settle()";
    throw new SessionWaitingError(`Cannot resume session ${quote(session.id)}: ${reason}`);
  }
}

/** Returns true if no person decided about a call in time: then `resume()` continues without it. */
function hasExpired({ agent, log }: LiveSession): boolean {
  return log.position.calls.flatMap(requestsOf).some((one) => isExpired(one, agent.clock));
}

/** Returns the user's text; undefined if the command is not an input, or is blank. */
export function inputIn(command: TurnCommand | undefined): string | undefined {
  if (command instanceof MediaInput) return command.text;
  return typeof command === "string" && !isBlank(command) ? command : undefined;
}

/** Returns true if a command is `{ resume: true }`. */
export function isResume(command: TurnCommand | undefined): boolean {
  return typeof command === "object" && "resume" in command;
}

/** Returns the verdicts of a command; undefined if it is another one. */
export function verdictsIn(
  command: TurnCommand | undefined,
): readonly DeliveredVerdict[] | undefined {
  if (typeof command !== "object" || "resume" in command) return undefined;
  if (command instanceof MediaInput || isParts(command)) return undefined;
  if (command instanceof Delivery) return command.verdicts;
  if ("decideAll" in command) return command.decideAll;
  const verdict = VERDICTS.find((one) => one in command)!;
  const { [verdict]: key, ...rest } = command as unknown as Record<string, string>;
  return [{ key: key!, verdict, ...rest }];
}
