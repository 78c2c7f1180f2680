import { assertEquals } from "@std/assert";
import { findLongFiles } from "../../scripts/check/file_length.ts";

Deno.test("findLongFiles() allows as many lines as the limit, with or without the last break", () => {
  const files = new Map([["src/a.ts", "1\n2\n3\n"], ["src/b.ts", "1\n2\n3"], ["src/c.ts", ""]]);
  assertEquals(findLongFiles(files, 3), []);
});

Deno.test("findLongFiles() names a longer file with its length", () => {
  const files = new Map([["src/a.ts", "1\n2\n3\n4\n"], ["src/b.ts", "1\n"]]);
  assertEquals(findLongFiles(files, 3), ["src/a.ts: has 4 lines: at most 3 are allowed"]);
});

Deno.test("findLongFiles() allows 400 lines unless told otherwise", () => {
  const files = new Map([["src/a.ts", "\n".repeat(400)], ["src/b.ts", "\n".repeat(401)]]);
  assertEquals(findLongFiles(files), ["src/b.ts: has 401 lines: at most 400 are allowed"]);
});
