import { assertEquals } from "@std/assert";
import {
  formatFile,
  formatLabel,
  identifyFunction,
  withRelativeFiles,
} from "../../../src/profile/functions/function_place.ts";
import { makeProfile, ROOT } from "../fixture.ts";

function fileAt(url: string, root = ROOT): string {
  return formatFile({ name: "a", url, line: 1 }, root);
}

Deno.test("identifyFunction counts lines from 1 and names anonymous functions and modules", () => {
  const frame = { functionName: "", url: "file:///x.ts", lineNumber: 4, columnNumber: 7 };
  assertEquals(identifyFunction(frame), { name: "(anonymous)", url: "file:///x.ts", line: 5 });
  assertEquals(identifyFunction({ ...frame, lineNumber: 2, columnNumber: 0 }).name, "(module)");
  const native = { functionName: "", url: "", lineNumber: -1, columnNumber: -1 };
  assertEquals(identifyFunction(native), { name: "(anonymous)", url: "", line: 0 });
});

Deno.test("formatFile shows paths relative to the repository", () => {
  assertEquals(fileAt(`${ROOT}src/a%20b.ts`), "src/a b.ts");
  assertEquals(fileAt("file:///elsewhere/a.ts"), "/elsewhere/a.ts");
  assertEquals(fileAt("ext:core/01_core.js"), "ext:core/01_core.js");
  assertEquals(fileAt("https://example.com/a.ts"), "https://example.com/a.ts");
});

Deno.test("formatFile names the files of this package from its root, except for its own profile", () => {
  const root = new URL("../../../", import.meta.url).href;
  const loop = `${root}src/turn/loop.ts`;
  assertEquals(fileAt(loop), "@nomos/agent/src/turn/loop.ts");
  assertEquals(fileAt(loop, root), "src/turn/loop.ts");
  // A project that this package lies in, and one that lies in this package.
  assertEquals(fileAt(loop, new URL("../", root).href), "@nomos/agent/src/turn/loop.ts");
  assertEquals(fileAt(loop, `${root}examples/`), "@nomos/agent/src/turn/loop.ts");
  assertEquals(fileAt(`${root}examples/barista.ts`, `${root}examples/`), "barista.ts");
});

Deno.test("formatFile names npm packages with their version", () => {
  for (
    const url of [
      "file:///cache/npm/example.com/valibot/1.5.0/dist/index.mjs",
      "file:///cache/npm/example.com/a/b/valibot/1.5.0/dist/index.mjs",
    ]
  ) assertEquals(fileAt(url), "npm:valibot@1.5.0/dist/index.mjs");
  assertEquals(
    fileAt("file:///cache/npm/example.com/@scope/name/2.0.0-rc.1/a.js"),
    "npm:@scope/name@2.0.0-rc.1/a.js",
  );
});

Deno.test("formatLabel writes the last column of Python's table", () => {
  const label = (name: string, url: string, line: number) => {
    const found = { name, url, line };
    return formatLabel(found, formatFile(found, ROOT));
  };
  assertEquals(label("runTurn", `${ROOT}src/turn/loop.ts`, 42), "src/turn/loop.ts:42(runTurn)");
  assertEquals(
    label("(anonymous)", `${ROOT}src/turn/loop.ts`, 42),
    "src/turn/loop.ts:42(anonymous)",
  );
  assertEquals(label("(program)", "", 0), "(program)");
  assertEquals(label("now", "", 0), "native(now)");
});

Deno.test("withRelativeFiles leaves no absolute path in a profile", () => {
  const profile = makeProfile([
    ["(root)", "", [2, 3, 4, 5]],
    ["a", `${ROOT}src/a%20b.ts:1:1`],
    ["b", "file:///elsewhere/b.ts:1:1"],
    ["c", "file:///cache/npm/example.com/valibot/1.5.0/dist/index.mjs:1:1"],
    ["d", "ext:core/01_core.js:1:1"],
  ], [[2, 1]]);
  const relative = withRelativeFiles(profile, ROOT);
  assertEquals(
    relative.nodes.map(({ callFrame }) => callFrame.url),
    [
      "",
      "src/a b.ts",
      "../elsewhere/b.ts",
      "npm:valibot@1.5.0/dist/index.mjs",
      "ext:core/01_core.js",
    ],
  );
  assertEquals({ ...relative, nodes: profile.nodes }, profile);
});
