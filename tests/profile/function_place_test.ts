import { assertEquals } from "@std/assert";
import { fileOf, labelOf, placeOf, shortFile } from "../../src/profile/function_place.ts";
import { place, ROOT } from "./fixture.ts";

Deno.test("placeOf counts from 1 and names what has no name", () => {
  const frame = { functionName: "", url: "file:///x.ts", lineNumber: 4, columnNumber: 7 };
  assertEquals(placeOf(frame), { name: "(anonymous)", url: "file:///x.ts", line: 5, column: 8 });
  assertEquals(placeOf({ ...frame, lineNumber: 2, columnNumber: 0 }).name, "(module)");
  const native = { functionName: "", url: "", lineNumber: -1, columnNumber: -1 };
  assertEquals(placeOf(native), { name: "(anonymous)", url: "", line: 0, column: 0 });
});

Deno.test("shortFile shows paths relative to the repository", () => {
  assertEquals(shortFile(`${ROOT}src/a%20b.ts`, ROOT), "src/a b.ts");
  assertEquals(shortFile("file:///elsewhere/a.ts", ROOT), "/elsewhere/a.ts");
  assertEquals(shortFile("ext:core/01_core.js", ROOT), "ext:core/01_core.js");
  assertEquals(shortFile("https://example.com/a.ts", ROOT), "https://example.com/a.ts");
});

Deno.test("shortFile names npm packages with their version", () => {
  const shown = "npm:valibot@1.5.0/dist/index.mjs";
  for (
    const url of [
      "file:///cache/npm/example.com/valibot/1.5.0/dist/index.mjs",
      "file:///cache/npm/example.com/a/b/valibot/1.5.0/dist/index.mjs",
      `${ROOT}node_modules/.deno/valibot@1.5.0/node_modules/valibot/dist/index.mjs`,
    ]
  ) assertEquals(shortFile(url, "file:///other/"), shown);
  assertEquals(
    shortFile("file:///cache/npm/example.com/@scope/name/2.0.0-rc.1/a.js", ROOT),
    "npm:@scope/name@2.0.0-rc.1/a.js",
  );
  assertEquals(
    shortFile("file:///x/node_modules/.deno/@scope+name@2.0.0/node_modules/@scope/name/a.js", ROOT),
    "npm:@scope/name@2.0.0/a.js",
  );
});

Deno.test("shortFile names the packages of a node_modules folder inside the repository", () => {
  assertEquals(
    shortFile(`${ROOT}node_modules/.deno/valibot@1.5.0/node_modules/valibot/a.mjs`, ROOT),
    "npm:valibot@1.5.0/a.mjs",
  );
});

Deno.test("labelOf writes the last column of Python's table", () => {
  const label = (name: string, url: string, line: number, withColumn?: boolean) => {
    const found = { name, url, line, column: 3 };
    return labelOf(found, fileOf(found, ROOT), withColumn);
  };
  assertEquals(label("runTurn", `${ROOT}src/turn/loop.ts`, 42), "src/turn/loop.ts:42(runTurn)");
  assertEquals(
    label("(anonymous)", `${ROOT}src/turn/loop.ts`, 42),
    "src/turn/loop.ts:42(anonymous)",
  );
  assertEquals(
    label("(anonymous)", `${ROOT}src/turn/loop.ts`, 42, true),
    "src/turn/loop.ts:42:3(anonymous)",
  );
  assertEquals(label("(program)", "", 0), "(program)");
  assertEquals(label("now", "", 0), "native(now)");
  assertEquals(fileOf(place("a", "src/a.ts", 1, 1), ROOT), "src/a.ts");
});
