/**
 * Commands that start a turn.
 *
 * @module
 */
import type { EventPart } from "../history/event_part.ts";
import type { Part } from "../llm/part.ts";

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
  readonly kind = "delivery";

  constructor(readonly verdicts: readonly DeliveredVerdict[]) {}
}

/** Command that is not validated yet. */
export type GivenCommand = Command | Delivery | undefined;

/** Input of a command. */
export interface Input {
  readonly kind: "input";
  /** Input as it was passed, with parts that are not copied. */
  readonly given: string | readonly Part[];
  /** Text, with a description of each picture and file. */
  readonly text: string;
  /** Parts, if one of them is a picture or a file. */
  readonly parts?: readonly EventPart[] | undefined;
}

/** Validated command that starts a turn of a session or of a child session. */
export type TurnCommand =
  | { readonly kind: "none" }
  | { readonly kind: "resume" }
  | { readonly kind: "verdicts"; readonly verdicts: readonly CallVerdict[] }
  | Input
  | Delivery;
