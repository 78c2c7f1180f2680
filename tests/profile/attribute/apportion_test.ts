import { assert, assertEquals } from "@std/assert";
import { apportion } from "../../../src/profile/attribute/apportion.ts";
import { seededRandom } from "../../../src/random.ts";

Deno.test("shares are proportional, and the largest remainders get what is left", () => {
  assertEquals(apportion(10, [1, 1, 1]), [4, 3, 3]);
  assertEquals(apportion(10, [1, 2, 3]), [2, 3, 5]);
  assertEquals(apportion(3, [0, 1, 0]), [0, 3, 0]);
  assertEquals(apportion(0, [1, 2]), [0, 0]);
  assertEquals(apportion(7, [0, 0]), [7, 0]);
  assertEquals(apportion(1e32, [1, 3]), [2.5e31, 7.5e31]);
});

Deno.test("shares are whole numbers, add up to the total, and differ from a quota by less than 1", () => {
  const random = seededRandom(1);
  for (let run = 0; run < 2_000; run++) {
    const weights = Array.from({ length: 1 + run % 12 }, () => Math.floor(random() ** 4 * 1e6));
    const total = Math.floor(random() ** 3 * 1e12);
    const shares = apportion(total, weights);
    assertEquals(shares.reduce((sum, share) => sum + share, 0), total);
    const sum = weights.reduce((added, weight) => added + weight, 0);
    if (sum === 0) continue;
    for (const [index, share] of shares.entries()) {
      assert(Number.isSafeInteger(share) && share >= 0);
      assert(Math.abs(share - total * (weights[index]! / sum)) < 1.001);
    }
  }
});
