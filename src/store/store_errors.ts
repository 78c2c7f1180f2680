/**
 * What can go wrong between a session and its store.
 *
 * @module
 */
import { RunError } from "../errors.ts";

/** What is known of a failure of the storage. */
export interface StoreErrorOptions extends ErrorOptions {
  /** Whether the same may succeed later. Default: false. */
  readonly isRetryable?: boolean;
  /** Whether it may have been done all the same: the answer was lost. Default: false. */
  readonly isUnknown?: boolean;
}

/** The storage failed: it cannot be reached, it is full, it may not be written. */
export class StoreError extends RunError {
  /** `"STORE_FAILED"`; a subclass may be more exact. */
  readonly code: string = "STORE_FAILED";
  /** Whether the same may succeed later. */
  readonly isRetryable: boolean;
  /** Whether it may have been done all the same. */
  readonly isUnknown: boolean;

  /** Makes the error from what could not be done, and what is known of it. */
  constructor(message: string, options: StoreErrorOptions = {}) {
    super(message, options);
    this.isRetryable = options.isRetryable ?? false;
    this.isUnknown = options.isUnknown ?? false;
  }
}

/** The storage was written by a newer release, whose form this one does not know. */
export class StoreVersionError extends StoreError {
  /** `"STORE_VERSION"` */
  override readonly code = "STORE_VERSION";
}

/** A session is not as the writer expects: it exists already, it is gone, or its head is another. */
export class ConflictError extends RunError {
  /** `"CONFLICT"` */
  readonly code = "CONFLICT";
}

/** The right to write a session is lost: another writer has taken it over, or the session was deleted. */
export class LeaseLostError extends RunError {
  /** `"LEASE_LOST"` */
  readonly code = "LEASE_LOST";
}

/** A stored session is damaged: entries are missing, changed or out of order. Others are not affected. */
export class SessionDamagedError extends RunError {
  /** `"SESSION_DAMAGED"` */
  readonly code = "SESSION_DAMAGED";
}
