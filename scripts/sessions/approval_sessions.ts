/**
 * Scripts of the recorded sessions with calls that a person decides on.
 *
 * @module
 */
import { decide, type Session, SessionWaitingError, type ToolCallDecision } from "@nomos/agent";
import type { Action, SessionScript } from "./session_script.ts";

const done = decide.respond("Done");

/** Keys of the calls that need approval. */
const [ann, bob] = ["recorded~recorded/1/0", "recorded~recorded/1/2"] as const;

/** Returns the hash of the request for a call, as a person would have seen it. */
const hashOf = (session: Session, key: string) =>
  session.approvals.find(({ callKey }) => callKey === key)?.hash;

/** Allows a call, with other arguments if they are given. */
export function approve(key: string, args?: Record<string, unknown>): Action {
  return (session) => session.approve(key, { hash: hashOf(session, key), args });
}

/** Allows the first call that waits. */
export function approveFirst(session: Session): Promise<unknown> {
  const { callKey, hash } = session.approvals[0]!;
  return session.approve(callKey, { hash });
}

/** Denies a call. */
export function deny(key: string, reason: string): Action {
  return (session) => session.deny(key, reason, { hash: hashOf(session, key) });
}

const settle = (key: string, result: unknown): Action => (session) =>
  session.settle(key, result, { hash: hashOf(session, key) });
const retry = (key: string): Action => (session) =>
  session.retry(key, { hash: hashOf(session, key) });

/** Resumes a session once it is too late for a verdict; the clock counts the attempts. */
async function resumeLate(session: Session): Promise<unknown> {
  for (;;) {
    try {
      return await session.resume();
    } catch (error) {
      if (!(error instanceof SessionWaitingError)) throw error;
    }
  }
}

const payments = decide.calls([
  { tool: "pay", args: { to: "ann", cents: 900 } },
  { tool: "look", args: { n: 1 } },
  { tool: "pay", args: { to: "bob", cents: 800 } },
  { tool: "pay", args: { to: "cy", cents: 5 } },
]);
/** Decision to send two letters, which must not be sent twice. */
export const letters: ToolCallDecision = decide.calls(
  ["ann", "bob"].map((to) => ({ tool: "send", args: { to } })),
);
const lettersOnTheirWay: SessionScript = {
  desk: [letters],
  actions: ["Write to them"],
  diesAfter: 4,
};

/** Makes a session with two payments to approve, and verdicts. */
function makePaying(...verdicts: readonly Action[]): SessionScript {
  return { desk: [payments, done], actions: ["Pay them", ...verdicts] };
}

/** Makes a session with a booking, whose arguments are not shown as the schema's output. */
function makeBooking(...verdicts: readonly Action[]): SessionScript {
  return {
    desk: [decide.call("book", { day: "2026-01-02" }), done],
    actions: ["Book it", ...verdicts],
  };
}

/** Makes a session with letters whose outcome is unknown, and answers. */
function makeAsking(...answers: readonly Action[]): SessionScript {
  return {
    from: lettersOnTheirWay,
    desk: [done],
    actions: [(session) => session.resume(), ...answers],
  };
}

/** Sessions with calls that a person decides on. Since version 2. */
export const APPROVALS: Readonly<Record<string, SessionScript>> = {
  approvals_pending: makePaying(),
  approval_given: makePaying(approve(ann)),
  approvals_decided: makePaying(approve(bob), deny(ann, "She was paid yesterday")),
  approval_settled: makePaying(settle(ann, { paid: "in cash" }), approve(bob)),
  approvals_went_on: makePaying("Never mind"),
  approved_then_died: {
    from: makePaying(deny(bob, "no")),
    desk: [],
    actions: [approve(ann)],
    // Right after the call that was approved has started.
    fork: { at: 12, id: "recorded-2" },
  },
  letters_on_their_way: lettersOnTheirWay,
  unknown_pending: makeAsking(),
  unknown_settled: makeAsking(settle(ann, "It arrived"), retry("recorded~recorded/1/1")),
  approval_changed: makePaying(approve(ann, { to: "ann", cents: 90 }), deny(bob, "no")),
  approvals_forked: { ...makePaying(deny(bob, "no")), fork: { id: "recorded-2" } },
  booking_changed: makeBooking(approve(ann, { day: "2026-01-03" })),
  booking_expired: makeBooking(resumeLate),
};
