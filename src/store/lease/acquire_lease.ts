/**
 * Acquiring the lease of a session, which another writer may hold.
 *
 * @module
 */
import { type Clock, wait } from "../../clock.ts";
import { quote, SessionBusyError } from "../../errors.ts";
import { isStored } from "../entry/entry_reader.ts";
import type { ClaimedLease, LeaseClaim, Store } from "../store.ts";
import { hasUnknownOutcome, makeLeaseLostError } from "../store_errors.ts";
import { type FormerLease, type RenewalOptions, resend, SessionLease } from "./session_lease.ts";

/** Policy for a session that another writer holds: fail, wait for it, or take the lease over. */
type WhenBusy = "refuse" | "wait" | "interrupt";

/** Options for acquiring leases. */
export interface LeaseOptions extends RenewalOptions {
  readonly whenBusy: WhenBusy;
  /** Maximum time to wait for the other writer, in milliseconds. */
  readonly maxWait: number;
  readonly random: () => number;
  readonly ids: () => string;
  /** Number of the attempt to resume the session after a crash. Default: it is none. */
  readonly attempt?: number | undefined;
}

/** Key of the number of the attempt in the options of `openSession()`; not public. */
export const ATTEMPT: unique symbol = Symbol("attempt");

/**
 * Returns the number of the attempt in the owner of a lease, or 0. It is stored there because the
 * lease is all that remains of a process that died.
 */
export function attemptOf(owner: string): number {
  return Number(/(?:^|~)attempt-(\d+)~/.exec(owner)?.[1] ?? 0);
}

/** Makes the unique owner of a lease. */
function makeOwner({ ownerPrefix = "" }: Store, { attempt }: LeaseOptions): string {
  const prefix = attempt === undefined ? ownerPrefix : `${ownerPrefix}attempt-${attempt}~`;
  return `${prefix}${crypto.randomUUID()}`;
}

/** Limits of the wait for a lease. */
interface Waiting {
  /** Time until which to wait. */
  readonly until: number;
  /** Signal that ends the wait. Default: none. */
  readonly signal?: AbortSignal;
  /** Called after each claim that another writer's lease refused. Default: not called. */
  readonly onBusy?: () => void;
}

/** Lease that was just acquired, and the session before that. */
export interface AcquiredLease {
  readonly lease: SessionLease;
  readonly session: ClaimedLease["session"];
  /** True if the writer before did not release its lease. */
  readonly hasTakenOver: boolean;
}

/** Mean delay between two looks at a lease that another writer holds, in milliseconds. */
export const POLL_DELAY = 50;

/**
 * Acquires the lease of a session. If another writer holds it, follows `whenBusy`, at most
 * until the time `until`. Returns undefined if the signal aborted while it waited.
 *
 * @param former Former lease of the same `Session` object, which never blocks this one. Updated.
 * @throws {SessionBusyError} if another writer keeps it.
 */
export async function acquireLease(
  store: Store,
  id: string,
  options: LeaseOptions,
  { until, signal, onBusy }: Waiting,
  former: FormerLease = {},
): Promise<AcquiredLease | undefined> {
  const { whenBusy, maxWait, clock, random } = options;
  let left = Math.min(until - clock.now(), maxWait);
  for (let before = clock.now();;) {
    const acquired = await claimLease(store, id, options, former);
    if (acquired !== undefined) return acquired;
    onBusy?.();
    if (whenBusy === "refuse") {
      const holder = await describeHolder(store, id, clock);
      throw makeBusyError(
        id,
        `${holder}: expected its turn to have ended; pass whenBusy: "wait" to wait for it`,
      );
    }
    if (left <= 0) {
      throw makeTimeoutError(id, `${await describeHolder(store, id, clock)}, and`, options);
    }
    const delay = Math.min(POLL_DELAY * (0.5 + random()), left);
    await wait(clock, delay, signal).catch(() => {});
    if (signal?.aborted) return undefined;
    // At least the delay has passed, even if the clock was set back meanwhile.
    const now = clock.now();
    left -= Math.max(delay, now - before);
    before = now;
  }
}

/**
 * Claims the lease of a session once, and appends the entries of `append` with it. Returns
 * undefined if another writer holds the lease, or the session has another head or hash: then
 * nothing was appended, and `acquireLease()` with the same `former` succeeds unless it is held.
 */
export async function claimLease(
  store: Store,
  id: string,
  options: LeaseOptions,
  former: FormerLease,
  append?: LeaseClaim["append"],
): Promise<AcquiredLease | undefined> {
  const { whenBusy, leaseTime, clock } = options;
  const { unreleased } = former;
  if (unreleased !== undefined) await resend(() => store.release(unreleased), clock);
  delete former.unreleased;
  const owner = former.owner ??= makeOwner(store, options);
  const force = whenBusy === "interrupt";
  const claim = { owner, ttl: leaseTime, force, ...(append && { append }) };
  let isReplyLost = false;
  const send = () =>
    store.claim(id, claim).catch((error) => {
      isReplyLost ||= hasUnknownOutcome(error);
      throw error;
    });
  const claimed = await resend(send, clock).catch((error) => {
    former.hasTakenOver ||= hasUnknownOutcome(error);
    throw error;
  });
  const hasAppended = claimed !== undefined && isAppended(claimed, append);
  // Another writer took the turn over after its entries were appended: they are there once.
  if (isReplyLost && append && !hasAppended && await isStored(store, { id }, append.entries)) {
    if (claimed !== undefined) await resend(() => store.release(claimed), clock);
    throw makeLeaseLostError(id);
  }
  if (claimed === undefined) {
    // Whatever an earlier claim began belongs to the writer that holds the lease now.
    delete former.hasTakenOver;
    return undefined;
  }
  const { session, ...lease } = claimed;
  former.hasTakenOver ||= session.lease !== undefined && session.lease.owner !== owner;
  if (!hasAppended) return undefined;
  const { hasTakenOver } = former;
  delete former.owner;
  delete former.hasTakenOver;
  return { lease: new SessionLease(store, options, former, lease), session, hasTakenOver };
}

/** Makes the error of a turn that may not begin. */
export function makeBusyError(id: string, reason: string): SessionBusyError {
  return new SessionBusyError(`Cannot start a turn of session ${quote(id)}: ${reason}`);
}

/** Makes the error of a turn that waited for `maxWait`; `reason` names what it waited for. */
export function makeTimeoutError(
  id: string,
  reason: string,
  { maxWait }: LeaseOptions,
): SessionBusyError {
  return makeBusyError(
    id,
    `${reason} kept it for ${maxWait} ms: expected its turn to end; raise maxWait, or pass ` +
      'whenBusy: "interrupt" to take the lease over',
  );
}

/** Returns true if the entries of a claim were appended by it, or before its reply was lost. */
function isAppended({ session }: ClaimedLease, append: LeaseClaim["append"]): boolean {
  return append === undefined ||
    session.head === append.head && session.hash === append.hash ||
    session.hash === append.entries.at(-1)!.hash;
}

/** Describes the holder of a session's lease, and its expiry. */
async function describeHolder(store: Store, id: string, clock: Clock): Promise<string> {
  const { lease } = await store.read(id) ?? {};
  if (lease === undefined) return "another writer holds its lease";
  const seconds = Math.max(0, Math.ceil((lease.until - clock.now()) / 1_000));
  return `another writer holds its lease, ${quote(lease.owner)}, until ` +
    `${new Date(lease.until).toISOString()} (${seconds} s from now)`;
}
