import { assertEquals } from "@std/assert";
import { joinRows } from "../../../src/profile/functions/function_rows.ts";
import { place } from "../fixture.ts";

Deno.test("joinRows joins by name and line, and divides the times by the runs", () => {
  const here = place("run", "src/a.ts", 3);
  const rows = joinRows(
    [{ place: here, self: 10, cumulative: 30 }],
    [{ place: { ...here }, calls: 7, primitiveCalls: 7 }, {
      place: place("walk", "src/a.ts", 3),
      calls: 2,
      primitiveCalls: 2,
    }],
    5,
  );
  assertEquals(rows, [
    { place: here, calls: 7, primitiveCalls: 7, self: 2, cumulative: 6 },
    { place: place("walk", "src/a.ts", 3), calls: 2, primitiveCalls: 2, self: 0, cumulative: 0 },
  ]);
});

Deno.test("joinRows matches the field initializers of a class, which a profile names after the class", () => {
  const initializer = place("<instance_members_initializer>", "src/a.ts", 3);
  const rows = joinRows(
    [{ place: place("Box", "src/a.ts", 3), self: 1, cumulative: 1 }],
    [{ place: initializer, calls: 2, primitiveCalls: 2 }, {
      place: place("Box", "src/a.ts", 9),
      calls: 5,
      primitiveCalls: 5,
    }],
    1,
  );
  assertEquals(rows[0], {
    place: initializer,
    calls: 2,
    primitiveCalls: 2,
    self: 1,
    cumulative: 1,
  });
});

Deno.test("joinRows tells a class from its field initializers in one line", () => {
  const initializer = place("<instance_members_initializer>", "src/a.ts", 1);
  const box = place("Box", "src/a.ts", 1);
  const rows = joinRows(
    [{ place: box, self: 1, cumulative: 1 }],
    [{ place: initializer, calls: 2, primitiveCalls: 2 }, {
      place: box,
      calls: 3,
      primitiveCalls: 3,
    }],
    1,
  );
  assertEquals(rows.map((row) => [row.place.name, row.calls]), [["Box", 3], [initializer.name, 2]]);
});

Deno.test("joinRows keeps what was only counted or only sampled", () => {
  const program = { name: "(program)", url: "", line: 0 };
  const counted = place("quick", "src/a.ts", 1);
  const rows = joinRows(
    [{ place: program, self: 4, cumulative: 4 }],
    [{ place: counted, calls: 9, primitiveCalls: 9 }],
    2,
  );
  assertEquals(rows, [
    { place: program, calls: undefined, primitiveCalls: undefined, self: 2, cumulative: 2 },
    { place: counted, calls: 9, primitiveCalls: 9, self: 0, cumulative: 0 },
  ]);
});

Deno.test("joinRows omits functions that ran only outside the scenario", () => {
  const outside = place("a", "a.ts", 1);
  for (const cumulative of [0, 5]) {
    assertEquals(joinRows([{ place: outside, self: 0, cumulative }], [], 1), []);
  }
  const native = { name: "map", url: "", line: 0 };
  assertEquals(joinRows([{ place: native, self: 0, cumulative: 5 }], [], 1).length, 1);
});
