import { assertEquals } from "@std/assert";
import { findChains, readModuleGraph } from "../../../scripts/check/module_graph.ts";
import { inTemporaryFolder } from "../../../scripts/child.ts";

Deno.test("readModuleGraph() reads value, type and dynamic imports", async () => {
  await inTemporaryFolder(async (folder) => {
    const sources = {
      "deno.json": '{ "imports": { "kit": "node:fs", "alias": "./b.ts" } }',
      "mod.ts": `import { a } from "./src/a.ts";
        import type { B } from "alias";
        export type C = import("./src/c.ts").C;
        export * as kit from "kit";
        const d = await import("./src/d.ts");
        // import "./no.ts";
        import "./gone.ts";`,
      "b.ts": 'export { type B } from "./src/c.ts"; export type * from "./src/a.ts"',
    };
    await Deno.mkdir(new URL("src/", folder));
    for (const name of ["a", "c", "d"]) await write(`src/${name}.ts`, "export const a = 1;");
    for (const [name, source] of Object.entries(sources)) await write(name, source);
    function write(name: string, source: string) {
      return Deno.writeTextFile(new URL(name, folder), source);
    }

    const graph = await readModuleGraph(folder, ["mod.ts", "b.ts", "src/a.ts", "src/d.ts"]);
    assertEquals(
      graph,
      new Map([
        ["mod.ts", [
          { target: "src/a.ts", isTypeOnly: false },
          { target: "b.ts", isTypeOnly: true },
          { target: "./src/c.ts", isTypeOnly: true },
          { target: "kit", isTypeOnly: false },
          { target: "src/d.ts", isTypeOnly: false, isDynamic: true },
          { target: "./gone.ts", isTypeOnly: false },
        ]],
        ["b.ts", [
          { target: "./src/c.ts", isTypeOnly: false },
          { target: "src/a.ts", isTypeOnly: true },
        ]],
        ["src/a.ts", []],
        ["src/d.ts", []],
      ]),
    );
  });
});

Deno.test("findChains() finds the shortest chain to each target", () => {
  const imports = { a: ["b", "c"], b: ["c", "d"], c: ["a"], e: ["a"] };
  const graph = new Map(
    Object.entries(imports).map(([path, targets]) => [
      path,
      targets.map((target) => ({ target, isTypeOnly: false })),
    ]),
  );
  assertEquals(
    findChains(graph, "a"),
    new Map([["b", ["a", "b"]], ["c", ["a", "c"]], ["d", ["a", "b", "d"]], ["a", ["a", "c", "a"]]]),
  );
});
