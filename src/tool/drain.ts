/**
 * Running a tool that is a generator.
 *
 * @module
 */
import { ABORTED, unlessAborted } from "../abort.ts";
import { nextTask } from "../clock.ts";

/** Progress of a running call: a value that its tool yielded. Only in streams, not in the log. */
export interface ToolProgress {
  /** Discriminator. */
  readonly type: "progress";
  /** Idempotency key of the call, as in its events. */
  readonly callKey: string;
  /** Name of the tool. */
  readonly tool: string;
  /** Value as the tool yielded it. */
  readonly value: unknown;
}

type SyncGenerator = Generator<unknown, unknown, undefined>;

/** Generator of a tool: a tool of that form does nothing before its generator is run. */
export type ToolGenerator =
  | AsyncIterator<unknown, unknown, undefined> & AsyncIterable<unknown>
  | SyncGenerator;

/** Returns true for a generator, and for any asynchronous iterator. Never throws. */
export function isGenerator(value: unknown): value is ToolGenerator {
  try {
    if (typeof value !== "object" || value === null) return false;
    const { next, throw: raise } = value as Partial<SyncGenerator>;
    if (typeof next !== "function") return false;
    // The iterator of a map has no throw(): it runs nothing.
    return Symbol.asyncIterator in value || Symbol.iterator in value && typeof raise === "function";
  } catch {
    // A proxy may throw when it is inspected.
    return false;
  }
}

/** Number of values after which timers and other events get their turn. */
const VALUES_PER_TASK = 1_000;

/**
 * Runs a generator to its end. Returns its return value, or the last value that it yielded if it
 * returns undefined; in an object, because an `await` would read the value. When the signal aborts,
 * `return()` of the generator is called and not awaited, because it may never end.
 *
 * @param onValue Called for each value. Its promise is awaited before the next one is read.
 * @throws What the generator throws, or the reason of the signal.
 */
export async function drain(
  generator: ToolGenerator,
  signal: AbortSignal,
  onValue?: (value: unknown) => Promise<void>,
): Promise<{ readonly value: unknown }> {
  // A synchronous generator may yield promises.
  const values = Symbol.asyncIterator in generator ? generator : toAsync(generator);
  let last: unknown;
  for (let count = 1; !signal.aborted; count++) {
    const next = await unlessAborted(values.next(), signal);
    if (next === ABORTED) break;
    const { done, value } = next;
    if (done) return { value: value === undefined ? last : value };
    last = value;
    if (onValue !== undefined) await unlessAborted(onValue(value), signal);
    if (count % VALUES_PER_TASK === 0) await nextTask();
  }
  try {
    values.return?.()?.catch(() => {});
  } catch {
    // The call is over, whatever a hand-written return() throws.
  }
  throw signal.reason;
}

async function* toAsync(
  generator: SyncGenerator,
): AsyncGenerator<unknown, unknown, undefined> {
  return yield* generator;
}
