import { assertEquals } from "@std/assert";
import { deno, expectCode, ROOT } from "./process.ts";

/** Part of the output of `deno info --json`. */
interface Info {
  readonly roots: readonly [string];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/**
 * Lists the modules of this package that a module loads when it is imported, or those that Deno reads
 * for it: also the ones that dynamic imports name.
 */
async function list(what: "loaded" | "read", path: string): Promise<readonly string[]> {
  const { stdout } = await expectCode(0, deno(["info", "--json", path], { cwd: ROOT }));
  const { roots, modules }: Info = JSON.parse(stdout);
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const found = new Set<string>(roots);
  for (const name of found) {
    for (const { code, isDynamic } of byName.get(name)?.dependencies ?? []) {
      if (isDynamic && what === "loaded") continue;
      if (code?.specifier !== undefined) found.add(code.specifier);
    }
  }
  const src = `file://${ROOT}src/`;
  return [...found].filter((name) => name.startsWith(src)).map((name) => name.slice(src.length));
}

Deno.test("nomos --help, loads a few modules", async () => {
  assertEquals((await list("loaded", "src/cli/main.ts")).toSorted(), [
    "cli/exit_code.ts",
    "cli/guard_process.ts",
    "cli/help.ts",
    "cli/main.ts",
    "cli/terminal/write_all.ts",
    "errors.ts",
  ]);
});

Deno.test("the launcher, loads no code of agents, and none of JSON Schema", async () => {
  const loaded = await list("loaded", "src/cli/launcher/launch.ts");
  const rooms = new Set(loaded.map((path) => path.replace(/\/.*/, "")));
  const expected = ["cli", "config", "errors.ts", "json", "schema", "store", "version.ts"];
  assertEquals([...rooms].sort(), expected);
  const schema = loaded.filter((path) => path.startsWith("schema/"));
  assertEquals(schema.toSorted(), ["schema/option_shape.ts", "schema/standard_schema.ts"]);
});

Deno.test("both processes, have the code of a command read only if it runs", async () => {
  for (const path of ["src/cli/mod.ts", "src/cli/host.ts"]) {
    const read = await list("read", path);
    assertEquals(read.filter((path) => path.startsWith("cli/commands/")), [], path);
  }
});
