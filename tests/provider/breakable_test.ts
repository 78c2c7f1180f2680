import { assertEquals, assertRejects } from "@std/assert";
import { breakable } from "../../src/provider/breakable.ts";

/** Gives 1, then waits for the signal and throws its reason; notes that it ended. */
function counting(ended: string[]): (signal: AbortSignal) => AsyncGenerator<number, void, void> {
  return async function* (signal) {
    try {
      yield await Promise.resolve(1);
      signal.throwIfAborted();
      const waiting = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => waiting.reject(signal.reason));
      await waiting.promise;
    } finally {
      ended.push("ended");
    }
  };
}

Deno.test("breakable() ends a generator that waits", async () => {
  const ended: string[] = [];
  const stream = breakable(counting(ended), undefined);
  assertEquals(await stream.next(), { done: false, value: 1 });
  const waiting = stream.next();
  assertEquals(await stream.return!(), { done: true, value: undefined });
  assertEquals([await waiting, ended], [{ done: true, value: undefined }, ["ended"]]);
});

Deno.test("breakable() ends a generator between two items", async () => {
  const ended: string[] = [];
  for await (const item of breakable(counting(ended), undefined)) {
    assertEquals(item, 1);
    break;
  }
  assertEquals(ended, ["ended"]);
});

Deno.test("breakable() throws what the generator throws when the outer signal aborts", async () => {
  const outer = new AbortController();
  const stream = breakable(counting([]), outer.signal);
  await stream.next();
  const waiting = assertRejects(() => stream.next(), Error, "enough");
  outer.abort(new Error("enough"));
  await waiting;
  assertEquals(await stream.next(), { done: true, value: undefined });
});
