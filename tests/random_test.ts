import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { pick, randomBelow, seededRandom } from "../src/random.ts";

function numbers(seed: number, length = 1000): number[] {
  const random = seededRandom(seed);
  return Array.from({ length }, () => random());
}

Deno.test("seededRandom, returns the same numbers for equal seeds, others for different seeds", () => {
  assertEquals(numbers(7), numbers(7));
  for (const other of [8, -7, 0, 2 ** 31]) assertNotEquals(numbers(7, 5), numbers(other, 5));
});

Deno.test("seededRandom, returns evenly distributed numbers from 0 to 1, also for consecutive seeds", () => {
  for (const seed of [0, 1, 2, -1, 2 ** 32 - 1]) {
    const drawn = numbers(seed);
    assert(drawn.every((number) => number >= 0 && number < 1));
    const tenths = drawn.map((number) => Math.floor(number * 10));
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = tenths.filter((one) => one === tenth).length;
      assert(count > 60 && count < 140, `${count} of 1000 in the tenth ${tenth}`);
    }
  }
  const firsts = Array.from({ length: 1000 }, (_, seed) => numbers(seed, 1)[0]!);
  const mean = firsts.reduce((sum, number) => sum + number, 0) / firsts.length;
  assert(mean > 0.45 && mean < 0.55, `${mean}`);
});

Deno.test("seededRandom, adds the golden ratio to its counter and mixes as MurmurHash3 does", () => {
  // Computed independently: the finalizer of multiples of 0x9e3779b9, the states after seed 0.
  const finalize = (hash: bigint) => {
    const word = (value: bigint) => BigInt.asUintN(32, value);
    hash = word((hash ^ hash >> 16n) * 0x85ebca6bn);
    hash = word((hash ^ hash >> 13n) * 0xc2b2ae35n);
    return hash ^ hash >> 16n;
  };
  const expected = [1n, 2n, 3n].map((step) =>
    Number(finalize(BigInt.asUintN(32, 0x9e3779b9n * step))) / 2 ** 32
  );
  assertEquals(numbers(0, 3), expected);
});

Deno.test("randomBelow and pick, return the first and the last, and nothing out of range", () => {
  const random = seededRandom(1);
  const found = new Set(Array.from({ length: 200 }, () => randomBelow(3, random)));
  assertEquals([...found].sort(), [0, 1, 2]);
  assertEquals(randomBelow(3, () => 0), 0);
  assertEquals(randomBelow(3, () => 1 - 2 ** -32), 2);
  assertEquals([pick(["a", "b"], () => 0), pick(["a", "b"], () => 0.99)], ["a", "b"]);
  assertEquals(pick([], random), undefined);
});
