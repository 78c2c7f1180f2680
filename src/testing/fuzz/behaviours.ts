/**
 * Implementations of the tool behaviours and verdicts of a fuzz case.
 *
 * @module
 */
import { RedirectError } from "../../errors.ts";
import type { PendingApproval } from "../../history/call.ts";
import type { Session } from "../../session/session.ts";
import type { TurnOptions } from "../../turn/turn_options.ts";
import type { FuzzVerdict, ToolBehaviour } from "./fuzz_case.ts";

/** A call of a played tool. */
interface PlayedCall {
  readonly tool: string;
  readonly args: unknown;
  /** Result of a successful call. */
  readonly result: unknown;
  /** Aborts the turn. */
  readonly abort: () => void;
  /** Simulates a crash of the process. */
  readonly crash: () => void;
}

/** All behaviours. The first is the simplest, because failing cases shrink towards it. */
export const TOOL_BEHAVIOURS: Readonly<Record<ToolBehaviour, (call: PlayedCall) => unknown>> = {
  "result": ({ result }) => result,
  "throw": ({ tool }) => {
    throw new Error(`Tool "${tool}" failed: the fuzz case plays "throw"`);
  },
  "throw undefined": () => {
    throw undefined;
  },
  "redirect": () => {
    throw new RedirectError(
      'The tool redirected: the fuzz case plays "redirect"',
      "Continue without it",
    );
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
  "die": ({ crash }) => {
    crash();
    return new Promise(() => {});
  },
};

/** Checks that a call is refused with an error code and changes nothing. */
export type ExpectRefusal = (code: string, run: () => Promise<unknown>) => Promise<void>;

/** A waiting call, with everything that a verdict needs. */
interface WaitingCall {
  readonly session: Session;
  readonly pending: PendingApproval;
  /** Reason of a denial, or result of a settled call. */
  readonly text: string;
  readonly options: TurnOptions;
  readonly expectRefusal: ExpectRefusal;
}

/** Runs a waiting call, by the verdict that its reason requires. */
function allow(
  { session, pending: { callKey, hash, reason } }: WaitingCall,
  options: TurnOptions,
): Promise<unknown> {
  return reason === "unknown"
    ? session.retry(callKey, { ...options, hash })
    : session.approve(callKey, { ...options, hash });
}

/** All verdicts. The first is the simplest, because failing cases shrink towards it. */
export const FUZZ_VERDICTS: Readonly<Record<FuzzVerdict, (call: WaitingCall) => Promise<unknown>>> =
  {
    "approve": (call) => allow(call, call.options),
    "deny": ({ session, pending, text, options }) => session.deny(pending.callKey, text, options),
    "settle": ({ session, pending, text, options }) =>
      session.settle(pending.callKey, text, options),
    "approve twice": async (call) => {
      await allow(call, call.options);
      const code = call.session.status === "ended" ? "SESSION_ENDED" : "APPROVAL_INVALID";
      await call.expectRefusal(code, () => allow(call, call.options));
    },
    "approve a wrong key": ({ session, options, expectRefusal }) =>
      expectRefusal("APPROVAL_INVALID", () => session.approve("no such call", options)),
    "approve a wrong hash": (call) => {
      const pending = { ...call.pending, hash: "0".repeat(64) };
      return call.expectRefusal(
        "APPROVAL_INVALID",
        () => allow({ ...call, pending }, call.options),
      );
    },
    "approve and deny": async (call) => {
      const { session, pending, text, options, expectRefusal } = call;
      const approving = allow(call, options);
      // Prevents an unhandled rejection if it fails before it is awaited.
      approving.catch(() => {});
      await expectRefusal("SESSION_BUSY", () => session.deny(pending.callKey, text, options));
      await approving;
    },
  };
