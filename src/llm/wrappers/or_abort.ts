/**
 * Waiting for a model no longer than the caller does.
 *
 * @module
 */
import { ABORTED, unlessAborted } from "../../abort.ts";

/**
 * The value of a promise; rejects with the signal's reason as soon as it aborts.
 * What the promise gives later is dropped, and no listener stays on the signal.
 */
export async function orAbort<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  const value = await unlessAborted(promise, signal);
  if (value === ABORTED) throw signal!.reason;
  return value;
}

/** Asks, unless the signal has aborted; then as {@linkcode orAbort}. */
export async function askOrAbort<Value>(
  ask: () => Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  signal?.throwIfAborted();
  return await orAbort(ask(), signal);
}
