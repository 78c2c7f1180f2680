/**
 * What a person of a fuzz case does about a call that waits.
 *
 * @module
 */
import type { TurnOptions } from "../../turn/loop.ts";
import type { Session } from "../../session/session.ts";
import type { FuzzVerdict } from "./fuzz_case.ts";

/** Sees to it that something is refused with a code, and changes nothing. */
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

/** Does what the case says. */
export async function giveVerdict(verdict: FuzzVerdict, waiting: WaitingCall): Promise<void> {
  const { session, callKey, text, options, refuse } = waiting;
  const approve = (key = callKey) => session.approve(key, options);
  switch (verdict) {
    case "approve":
      await approve();
      return;
    case "deny":
      await session.deny(callKey, text, options);
      return;
    case "settle":
      await session.settle(callKey, text, options);
      return;
    case "approve twice":
      await approve();
      await refuse(session.status === "ended" ? "SESSION_ENDED" : "APPROVAL_INVALID", approve);
      return;
    case "approve a wrong key":
      return await refuse("APPROVAL_INVALID", () => approve("no such call"));
    case "approve a wrong hash": {
      const hash = "0".repeat(64);
      return await refuse(
        "APPROVAL_INVALID",
        () => session.approve(callKey, { ...options, hash }),
      );
    }
    case "approve and deny": {
      const approving = approve();
      // It may fail while the other one is looked at.
      approving.catch(() => {});
      await refuse("SESSION_BUSY", () => session.deny(callKey, text, options));
      await approving;
      return;
    }
    default:
      verdict satisfies never;
  }
}
