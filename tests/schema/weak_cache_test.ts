import { assert, assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import { WeakCache } from "../../src/schema/schema_cache.ts";
import { collect } from "./fixture.ts";

/** Puts values that nobody holds; gives those that are to be held. */
function fill(cache: WeakCache<object>, count: number, isHeld: (n: number) => boolean): object[] {
  const held: object[] = [];
  for (let n = 0; n < count; n++) {
    const value = { n };
    cache.set(`key ${n}`, value);
    if (isHeld(n)) held.push(value);
  }
  return held;
}

Deno.test("WeakCache returns the identical value while something holds it", () => {
  const cache = new WeakCache<object>();
  const value = {};
  assertEquals(cache.get("a"), undefined);
  cache.set("a", value);
  assertStrictEquals(cache.get("a"), value);
  assertEquals(cache.get("A"), undefined);
  assertEquals(cache.get("__proto__"), undefined);
  assertEquals(cache.size, 1);
});

Deno.test("WeakCache takes another value under the same key", () => {
  const cache = new WeakCache<object>();
  const [one, other] = [{}, {}];
  cache.set("a", one);
  cache.set("a", other);
  assertStrictEquals(cache.get("a"), other);
  assertEquals(cache.size, 1);
});

Deno.test("WeakCache removes values that nothing else holds, and no others", async () => {
  const cache = new WeakCache<object>();
  const held = fill(cache, 1000, (n) => n % 10 === 0);
  assertEquals(cache.size, 1000);
  await collect(() => cache.size === 100);
  assertEquals(cache.size, 100);
  for (const [index, value] of held.entries()) {
    assertStrictEquals(cache.get(`key ${index * 10}`), value);
  }
  assertEquals(cache.get("key 1"), undefined);
});

Deno.test("WeakCache keeps a new value when the old one of its key is collected", async () => {
  const cache = new WeakCache<object>();
  fill(cache, 100, () => false);
  const held = fill(cache, 100, () => true);
  await collect();
  assertEquals(cache.size, 100);
  for (const [index, value] of held.entries()) {
    assertStrictEquals(cache.get(`key ${index}`), value);
  }
});

Deno.test("WeakCache does not grow by values that come and go under changing keys", async () => {
  const cache = new WeakCache<object>();
  for (let round = 0; round < 5; round++) {
    fill(cache, 10_000, () => false);
    await collect(() => cache.size === 0);
  }
  assertLess(cache.size, 100);
  assert(cache.get("key 1") === undefined);
});
