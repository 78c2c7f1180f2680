import { assert, assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import { WeakCache } from "../../src/schema/schema_cache.ts";
import { collect } from "./fixture.ts";

/** Fills a cache with values, and returns those that the caller must hold. */
function fill(cache: WeakCache<object>, count: number, isHeld: (n: number) => boolean): object[] {
  const held: object[] = [];
  for (let n = 0; n < count; n++) {
    const value = { n };
    cache.set(`key ${n}`, value);
    if (isHeld(n)) held.push(value);
  }
  return held;
}

Deno.test("WeakCache returns the identical value while it is held", () => {
  const cache = new WeakCache<object>();
  const value = {};
  assertEquals(cache.get("a"), undefined);
  cache.set("a", value);
  assertStrictEquals(cache.get("a"), value);
  assertEquals(cache.get("A"), undefined);
  assertEquals(cache.get("__proto__"), undefined);
  assertEquals(cache.size, 1);
});

Deno.test("WeakCache replaces the value of a key", () => {
  const cache = new WeakCache<object>();
  const [one, other] = [{}, {}];
  cache.set("a", one);
  cache.set("a", other);
  assertStrictEquals(cache.get("a"), other);
  assertEquals(cache.size, 1);
});

Deno.test("WeakCache removes only values that are not held", async () => {
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

Deno.test("WeakCache keeps the new value of a key when the old one is collected", async () => {
  const cache = new WeakCache<object>();
  fill(cache, 100, () => false);
  const held = fill(cache, 100, () => true);
  await collect();
  assertEquals(cache.size, 100);
  for (const [index, value] of held.entries()) {
    assertStrictEquals(cache.get(`key ${index}`), value);
  }
});

Deno.test("WeakCache does not grow with short-lived values under new keys", async () => {
  const cache = new WeakCache<object>();
  for (let round = 0; round < 5; round++) {
    fill(cache, 10_000, () => false);
    await collect(() => cache.size === 0);
  }
  assertLess(cache.size, 100);
  assert(cache.get("key 1") === undefined);
});
