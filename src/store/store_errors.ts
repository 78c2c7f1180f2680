/**
 * Errors of stores.
 *
 * @module
 */
import { quote, RunError } from "../errors.ts";

/** Options of a {@linkcode StoreError}. */
export interface StoreErrorOptions extends ErrorOptions {
  /** True if the same call may succeed later. Default: false. */
  readonly isRetryable?: boolean;
  /** True if the write may have happened, because the reply was lost. Default: false. */
  readonly isUnknown?: boolean;
}

/** Thrown if the storage fails, for example if it is unreachable, full or read-only. */
export class StoreError extends RunError {
  /** `"STORE_FAILED"`, or the code of a subclass. */
  readonly code: string = "STORE_FAILED";
  /** True if the same call may succeed later. */
  readonly isRetryable: boolean;
  /** True if the write may have happened, because the reply was lost. */
  readonly isUnknown: boolean;

  /** Makes the error. `isRetryable` and `isUnknown` are false by default. */
  constructor(message: string, options: StoreErrorOptions = {}) {
    super(message, options);
    this.isRetryable = options.isRetryable ?? false;
    this.isUnknown = options.isUnknown ?? false;
  }
}

/** Thrown if a newer release wrote the storage in a format that this one cannot read. */
export class StoreVersionError extends StoreError {
  /** `"STORE_VERSION"` */
  override readonly code = "STORE_VERSION";
}

/**
 * Thrown if too many calls wait for the storage already. Nothing was sent, and the same call may
 * succeed later.
 */
export class StoreBusyError extends StoreError {
  /** `"STORE_BUSY"` */
  override readonly code = "STORE_BUSY";

  /** Makes the error, with `isRetryable`. */
  constructor(message: string) {
    super(message, { isRetryable: true });
  }
}

/**
 * Thrown if a session is not as expected: it exists already, does not exist, or has another
 * head.
 */
export class ConflictError extends RunError {
  /** `"CONFLICT"` */
  readonly code = "CONFLICT";
}

/**
 * Thrown if the lease of a session is lost: it was released, another writer took it over, or
 * the session was deleted.
 */
export class LeaseLostError extends RunError {
  /** `"LEASE_LOST"` */
  readonly code = "LEASE_LOST";
}

/**
 * Thrown if a stored session is damaged: entries are missing, changed or out of order. Other
 * sessions of the store are not affected. Restore the session from a backup, or delete it.
 */
export class SessionDamagedError extends RunError {
  /** `"SESSION_DAMAGED"` */
  readonly code = "SESSION_DAMAGED";
}

/** Returns true if a request may have taken effect although it failed. */
export function hasUnknownOutcome(error: unknown): error is StoreError {
  return error instanceof StoreError && error.isUnknown;
}

/** Makes the error of a session whose lease was lost during a turn. */
export function makeLeaseLostError(id: string, options?: ErrorOptions): LeaseLostError {
  return new LeaseLostError(
    `Cannot continue session ${quote(id)}: its lease was lost, because another writer ` +
      "took it over or the session was deleted: expected to stay its only writer; what was " +
      "committed is kept; start a new turn to continue from there",
    options,
  );
}
