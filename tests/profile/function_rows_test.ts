import { assertEquals } from "@std/assert";
import { joinRows } from "../../src/profile/function_rows.ts";
import { place } from "./fixture.ts";

Deno.test("joinRows joins by position and divides the times by the runs", () => {
  const here = place("run", "src/a.ts", 3, 5);
  const rows = joinRows(
    [{ place: here, self: 10, cumulative: 30 }],
    [{ place: here, calls: 7 }],
    5,
  );
  assertEquals(rows, [{ place: here, calls: 7, self: 2, cumulative: 6 }]);
});

Deno.test("joinRows tells functions of one position apart by name", () => {
  const initializer = place("<instance_members_initializer>", "src/a.ts", 1, 8);
  const box = place("Box", "src/a.ts", 1, 8);
  const rows = joinRows(
    [{ place: box, self: 1, cumulative: 1 }],
    [{ place: initializer, calls: 2 }, { place: box, calls: 3 }],
    1,
  );
  assertEquals(rows.map((row) => [row.place.name, row.calls]), [["Box", 3], [initializer.name, 2]]);
});

Deno.test("joinRows falls back on a name that is unique in its file", () => {
  const rows = joinRows(
    [{ place: place("run", "src/a.ts", 3, 5), self: 1, cumulative: 1 }],
    [{ place: place("run", "src/a.ts", 3, 9), calls: 2 }],
    1,
  );
  assertEquals(rows.map((row) => row.calls), [2]);
  const twins = joinRows(
    [{ place: place("run", "src/a.ts", 3, 5), self: 1, cumulative: 1 }],
    [4, 8].map((line) => ({ place: place("run", "src/a.ts", line, 9), calls: line })),
    1,
  );
  assertEquals(twins.map((row) => row.calls), [undefined, 4, 8]);
});

Deno.test("joinRows finds the field initializers of a class, which a profile calls by the class", () => {
  const initializer = place("<instance_members_initializer>", "src/a.ts", 3, 12);
  const rows = joinRows(
    [{ place: place("Box", "src/a.ts", 3, 3), self: 1, cumulative: 1 }],
    [{ place: initializer, calls: 2 }, { place: place("Box", "src/a.ts", 9, 3), calls: 5 }],
    1,
  );
  assertEquals(rows[0], { place: initializer, calls: 2, self: 1, cumulative: 1 });
});

Deno.test("joinRows keeps what was only counted or only sampled", () => {
  const program = { name: "(program)", url: "", line: 0, column: 0 };
  const counted = place("quick", "src/a.ts", 1, 1);
  const rows = joinRows(
    [{ place: program, self: 4, cumulative: 4 }],
    [{ place: counted, calls: 9 }],
    2,
  );
  assertEquals(rows, [
    { place: program, calls: undefined, self: 2, cumulative: 2 },
    { place: counted, calls: 9, self: 0, cumulative: 0 },
  ]);
});

Deno.test("joinRows leaves out what ran outside the scenario only", () => {
  const rows = joinRows([{ place: place("a", "a.ts", 1, 1), self: 0, cumulative: 0 }], [], 1);
  assertEquals(rows, []);
});
