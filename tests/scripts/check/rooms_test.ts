import { assertEquals } from "@std/assert";
import type { ModuleGraph } from "../../../scripts/check/module_graph.ts";
import {
  checkRooms,
  findCrowd,
  findCycles,
  findForbiddenImports,
  findUpwardImports,
} from "../../../scripts/check/rooms.ts";

/** A graph of what each module imports; a type's target begins with "type ". */
function graphOf(imports: Readonly<Record<string, readonly string[]>>): ModuleGraph {
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

Deno.test("findCrowd() counts the files that stand directly in src/", () => {
  const paths = ["a", "b", "c", "d", "e", "f"].map((name) => `src/${name}.ts`);
  assertEquals(findCrowd([...paths, "mod.ts", "src/json/g.ts"]), []);
  assertEquals(findCrowd([...paths, "src/g.ts"]), [
    "src/: 7 files stand in it: at most 6 are allowed",
  ]);
});

Deno.test("findUpwardImports() lets imports point down the order and along a line of it", () => {
  const graph = graphOf({
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

Deno.test("findUpwardImports() names imports that point up, of types too", () => {
  const graph = graphOf({
    "mod.ts": ["src/testing/mod.ts"],
    "src/testing/mod.ts": [],
    "src/store/store.ts": ["type src/session/state.ts"],
    "src/session/state.ts": [],
    "src/errors.ts": ["src/json/text.ts"],
    "src/json/text.ts": [],
  });
  assertEquals(findUpwardImports(graph), [
    "mod.ts: must not import src/testing/mod.ts: testing stands above",
    "src/store/store.ts: must not import src/session/state.ts: session stands above",
    "src/errors.ts: must not import src/json/text.ts: json stands above",
  ]);
});

Deno.test("findUpwardImports() names rooms that the order does not list", () => {
  assertEquals(findUpwardImports(graphOf({ "src/misc/text.ts": [], "src/drawer.ts": [] })), [
    'src/misc/text.ts: the order of the rooms does not list "misc"',
    'src/drawer.ts: the order of the rooms does not list "drawer"',
  ]);
});

Deno.test("findCycles() names the whole cycle, once", () => {
  const graph = graphOf({
    "mod.ts": ["src/a.ts"],
    "src/a.ts": ["src/deep/b.ts"],
    "src/deep/b.ts": ["src/c.ts", "src/d.ts"],
    "src/c.ts": ["src/a.ts"],
    "src/d.ts": [],
  });
  assertEquals(findCycles(graph), [
    "src/a.ts: cycle of imports: src/a.ts → src/deep/b.ts → src/c.ts → src/a.ts",
  ]);
});

Deno.test("findCycles() counts types, and a module that imports itself", () => {
  const graph = graphOf({ "a.ts": ["b.ts"], "b.ts": ["type a.ts"], "c.ts": ["c.ts"] });
  assertEquals(findCycles(graph), [
    "a.ts: cycle of imports: a.ts → b.ts → a.ts",
    "c.ts: cycle of imports: c.ts → c.ts",
  ]);
});

Deno.test("checkRooms() finds rooms of one line that import each other in a cycle", () => {
  const graph = graphOf({
    "src/otel/a.ts": ["src/prices/a.ts"],
    "src/prices/a.ts": [],
    "src/prices/b.ts": ["src/otel/b.ts"],
    "src/otel/b.ts": [],
  });
  assertEquals(findCycles(graph), []);
  assertEquals(checkRooms(graph), ["otel: cycle of imports: otel → prices → otel"]);
});

Deno.test("findForbiddenImports() allows valibot, its converter and the core's own rooms", () => {
  const graph = graphOf({
    "mod.ts": ["src/a.ts", "src/store/memory.ts", "type src/store/sqlite/mod.ts", "type pg"],
    "src/a.ts": ["valibot", "@valibot/to-json-schema"],
    "src/store/memory.ts": [],
    "src/store/sqlite/mod.ts": ["node:sqlite"],
  });
  assertEquals(findForbiddenImports(graph), []);
});

Deno.test("findForbiddenImports() names a closed place with the way to it, not what lies behind", () => {
  const graph = graphOf({
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
