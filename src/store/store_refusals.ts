/**
 * What every store says when it refuses, so that all of them say the same.
 *
 * @module
 */
import { quote } from "../errors.ts";
import type { Lease } from "./store.ts";
import { ConflictError, LeaseLostError, StoreError } from "./store_errors.ts";

/** A session that is to be created is there already. */
export function idTaken(id: string): ConflictError {
  return new ConflictError(`Cannot create session ${quote(id)}: there is one: expected a new id`);
}

/** A session that is to be claimed is not there. */
export function noSession(id: string): ConflictError {
  return new ConflictError(
    `Cannot claim session ${quote(id)}: there is none: expected one that was created`,
  );
}

/** A writer has lost its right. */
export function leaseLost({ id, epoch }: Lease): LeaseLostError {
  return new LeaseLostError(
    `Cannot append to session ${quote(id)} with the lease of epoch ${quote(epoch)}: ` +
      "expected the lease that holds, but it was claimed, given back or deleted since",
  );
}

/** A writer does not know the last entries of its session. */
export function otherHead({ id }: Lease, expected: number, head: number): ConflictError {
  return new ConflictError(
    `Cannot append to session ${quote(id)} at ${quote(expected)}: expected its head, ${head}`,
  );
}

/** A store is used after its end. */
export function storeClosed(name: string): StoreError {
  return new StoreError(`Cannot use the ${name} store: it was closed: expected an open one`);
}
