/**
 * A call that came to rest without an end.
 *
 * @module
 */
import type { Charge } from "../history/event.ts";
import type { PendingApproval } from "./approval.ts";

/** A call of an agent whose session waits for a person, or failed: it is made again. */
export class HeldCall {
  /** Sets it apart from calls that ended. */
  readonly outcome = "held";
  /** What its session has spent since the log said it last. */
  charge: Charge | undefined;

  constructor(
    /** The place of the call in its decision. */
    readonly call: number,
    /** What its session asks a person. */
    readonly approvals: readonly PendingApproval[],
    /** What its session threw, if that is why it rests. */
    readonly failure?: { readonly error: unknown },
  ) {}
}
