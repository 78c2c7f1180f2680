/**
 * Behaviours of the tools and of the person of a fuzz case.
 *
 * @module
 */
import { RedirectError } from "../../errors.ts";
import type { Session } from "../../session/session.ts";
import type { TurnOptions } from "../../turn/loop.ts";
import type { FuzzVerdict, ToolBehaviour } from "./fuzz_case.ts";

/** A call of a tool that is played. */
export interface PlayedCall {
  readonly tool: string;
  readonly args: unknown;
  /** The result if all goes well. */
  readonly result: unknown;
  /** Aborts the turn, once the call runs. */
  readonly abort: () => void;
  /** Lets the process die. */
  readonly die: () => void;
}

/** All behaviours, the plain one first: a failing case shrinks towards it. */
export const TOOL_BEHAVIOURS: Readonly<Record<ToolBehaviour, (call: PlayedCall) => unknown>> = {
  "result": ({ result }) => result,
  "throw": ({ tool }) => {
    throw new Error(`${tool} was told to fail`);
  },
  "throw undefined": () => {
    throw undefined;
  },
  "redirect": () => {
    throw new RedirectError("It was told to give up", "Go on without it");
  },
  "cycle": () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    return cycle;
  },
  "big integer": () => ({ big: 2n ** 80n }),
  "huge text": () => "y".repeat(1_000_000),
  "mutate": ({ args }) => {
    for (const key of Object.keys(args as object)) delete (args as Record<string, unknown>)[key];
    return "changed";
  },
  "late": async ({ result }) => {
    await undefined;
    return result;
  },
  "hang": ({ abort }) => {
    queueMicrotask(abort);
    return new Promise(() => {});
  },
  "die": ({ die }) => {
    die();
    return new Promise(() => {});
  },
};

/** Checks that something is refused with a code, and changes nothing. */
export type Refuse = (code: string, run: () => Promise<unknown>) => Promise<void>;

/** A call that waits, and how a verdict is given. */
export interface WaitingCall {
  readonly session: Session;
  readonly callKey: string;
  /** The reason of a denial, or the result that is settled. */
  readonly text: string;
  readonly options: TurnOptions;
  readonly refuse: Refuse;
}

/** All verdicts, the plain one first. */
export const FUZZ_VERDICTS: Readonly<Record<FuzzVerdict, (call: WaitingCall) => Promise<unknown>>> =
  {
    "approve": ({ session, callKey, options }) => session.approve(callKey, options),
    "deny": ({ session, callKey, text, options }) => session.deny(callKey, text, options),
    "settle": ({ session, callKey, text, options }) => session.settle(callKey, text, options),
    "approve twice": async ({ session, callKey, options, refuse }) => {
      await session.approve(callKey, options);
      const code = session.status === "ended" ? "SESSION_ENDED" : "APPROVAL_INVALID";
      await refuse(code, () => session.approve(callKey, options));
    },
    "approve a wrong key": ({ session, options, refuse }) =>
      refuse("APPROVAL_INVALID", () => session.approve("no such call", options)),
    "approve a wrong hash": ({ session, callKey, options, refuse }) => {
      const hash = "0".repeat(64);
      return refuse("APPROVAL_INVALID", () => session.approve(callKey, { ...options, hash }));
    },
    "approve and deny": async ({ session, callKey, text, options, refuse }) => {
      const approving = session.approve(callKey, options);
      // It may fail while the other one is looked at.
      approving.catch(() => {});
      await refuse("SESSION_BUSY", () => session.deny(callKey, text, options));
      await approving;
    },
  };
