import { assertEquals } from "@std/assert";
import type { ModuleGraph } from "../../../scripts/check/module_graph.ts";
import {
  checkRooms,
  findCycles,
  findForbiddenImports,
  findTopLevelFiles,
  findUpwardImports,
} from "../../../scripts/check/rooms.ts";

/** Makes a graph from the targets of each module. That of a type import begins with "type ". */
function makeGraph(imports: Readonly<Record<string, readonly string[]>>): ModuleGraph {
  return new Map(
    Object.entries(imports).map(([path, targets]) => [
      path,
      targets.map((target) => ({
        target: target.replace(/^type /, ""),
        isTypeOnly: target.startsWith("type "),
      })),
    ]),
  );
}

Deno.test("findTopLevelFiles() counts the files directly in src/", () => {
  const paths = ["a", "b", "c", "d", "e", "f"].map((name) => `src/${name}.ts`);
  assertEquals(findTopLevelFiles([...paths, "mod.ts", "src/json/g.ts"]), []);
  assertEquals(findTopLevelFiles([...paths, "src/g.ts"]), [
    "src/: contains 7 files: expected at most 6",
  ]);
});

Deno.test("findUpwardImports() allows imports of lower rooms and of the same line", () => {
  const graph = makeGraph({
    "mod.ts": ["src/agent/agent.ts", "src/errors.ts"],
    "src/agent/agent.ts": ["src/turn/loop.ts", "valibot"],
    "src/turn/loop.ts": ["src/turn/plan.ts", "type src/store/store.ts"],
    "src/turn/plan.ts": [],
    "src/store/store.ts": ["src/abort.ts"],
    "src/abort.ts": ["src/errors.ts"],
    "src/testing/mod.ts": ["mod.ts", "src/otel/mod.ts"],
    "src/otel/mod.ts": [],
    "src/errors.ts": [],
  });
  assertEquals(findUpwardImports(graph), []);
});

Deno.test("findUpwardImports() finds imports of higher rooms, including types", () => {
  const graph = makeGraph({
    "mod.ts": ["src/testing/mod.ts"],
    "src/testing/mod.ts": [],
    "src/store/store.ts": ["type src/session/state.ts"],
    "src/session/state.ts": [],
    "src/errors.ts": ["src/json/text.ts"],
    "src/json/text.ts": [],
  });
  assertEquals(findUpwardImports(graph), [
    "mod.ts: must not import src/testing/mod.ts: testing is a higher room",
    "src/store/store.ts: must not import src/session/state.ts: session is a higher room",
    "src/errors.ts: must not import src/json/text.ts: json is a higher room",
  ]);
});

Deno.test("findUpwardImports() finds unknown rooms", () => {
  assertEquals(findUpwardImports(makeGraph({ "src/misc/text.ts": [], "src/drawer.ts": [] })), [
    'src/misc/text.ts: room "misc" is unknown: expected one that the order lists',
    'src/drawer.ts: room "drawer" is unknown: expected one that the order lists',
  ]);
});

Deno.test("findCycles() names the whole cycle once", () => {
  const graph = makeGraph({
    "mod.ts": ["src/a.ts"],
    "src/a.ts": ["src/deep/b.ts"],
    "src/deep/b.ts": ["src/c.ts", "src/d.ts"],
    "src/c.ts": ["src/a.ts"],
    "src/d.ts": [],
  });
  assertEquals(findCycles(graph), [
    "src/a.ts: is in an import cycle: src/a.ts → src/deep/b.ts → src/c.ts → src/a.ts",
  ]);
});

Deno.test("findCycles() includes type imports, and a module that imports itself", () => {
  const graph = makeGraph({ "a.ts": ["b.ts"], "b.ts": ["type a.ts"], "c.ts": ["c.ts"] });
  assertEquals(findCycles(graph), [
    "a.ts: is in an import cycle: a.ts → b.ts → a.ts",
    "c.ts: is in an import cycle: c.ts → c.ts",
  ]);
});

Deno.test("checkRooms() finds cycles between rooms of the same line", () => {
  const graph = makeGraph({
    "src/otel/a.ts": ["src/prices/a.ts"],
    "src/prices/a.ts": [],
    "src/prices/b.ts": ["src/otel/b.ts"],
    "src/otel/b.ts": [],
  });
  assertEquals(findCycles(graph), []);
  assertEquals(checkRooms(graph), ["otel: is in an import cycle: otel → prices → otel"]);
});

Deno.test("findForbiddenImports() allows valibot, its converter and the rooms of the core", () => {
  const graph = makeGraph({
    "mod.ts": [
      "src/a.ts",
      "src/store/backend/memory.ts",
      "type src/store/sqlite/mod.ts",
      "type pg",
    ],
    "src/a.ts": ["valibot", "@valibot/to-json-schema"],
    "src/store/backend/memory.ts": [],
    "src/store/sqlite/mod.ts": ["node:sqlite"],
  });
  assertEquals(findForbiddenImports(graph), []);
});

Deno.test("findForbiddenImports() allows the hash package to one module, dynamically", () => {
  const load = (path: string, isDynamic: boolean): string[] =>
    findForbiddenImports(
      new Map([
        ["mod.ts", [{ target: path, isTypeOnly: false }]],
        [path, [{ target: "@noble/hashes/sha2.js", isTypeOnly: false, isDynamic }]],
      ]),
    );
  assertEquals(load("src/store/entry/sha256.ts", true), []);
  assertEquals(load("src/store/entry/sha256.ts", false).length, 1);
  assertEquals(load("src/json/text.ts", true).length, 1);
});

Deno.test("findForbiddenImports() names a forbidden module with its chain, but not its own imports", () => {
  const graph = makeGraph({
    "mod.ts": ["src/a.ts"],
    "src/a.ts": ["src/store/postgres/mod.ts", "zod"],
    "src/store/postgres/mod.ts": ["pg"],
  });
  assertEquals(findForbiddenImports(graph), [
    'src/a.ts: the core must not import "src/store/postgres/mod.ts": ' +
    "mod.ts → src/a.ts → src/store/postgres/mod.ts",
    'src/a.ts: the core must not import "zod": mod.ts → src/a.ts → zod',
  ]);
});
