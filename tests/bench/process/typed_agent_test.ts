import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { writeTypedAgent, writeTypedSchemas } from "../../../bench/process/typed_agent.ts";
import { inTemporaryFolder, runDeno, tryDeno } from "../../../scripts/child.ts";

const ROOT = new URL("../../../", import.meta.url);
const CONFIG = `--config=${fileURLToPath(new URL("deno.json", ROOT))}`;
const IMPORTS = { core: new URL("mod.ts", ROOT).href, valibot: "valibot" };

/** Writes programs into a folder. Returns their paths. */
function write(folder: URL, programs: Readonly<Record<string, string>>): Promise<string[]> {
  return Promise.all(
    Object.entries(programs).map(async ([name, source]) => {
      const path = new URL(name, folder);
      await Deno.writeTextFile(path, source);
      return fileURLToPath(path);
    }),
  );
}

/** Breaks a program by a type that its function cannot use. */
function broken(source: string): string {
  const changed = source.replace(/lines: v\.array\(.*\),/, "lines: v.string(),");
  assertNotEquals(changed, source);
  return changed;
}

Deno.test("writeTypedAgent() and writeTypedSchemas() write programs with typed arguments", async () => {
  await inTemporaryFolder(async (folder) => {
    const [agent, schemas] = [writeTypedAgent(2, IMPORTS), writeTypedSchemas(2, IMPORTS)];
    const programs = {
      "agent.ts": agent,
      "schemas.ts": schemas,
      "broken_agent.ts": broken(agent),
      "broken_schemas.ts": broken(schemas),
    };
    const paths = await write(folder, programs);
    const { stderr } = await tryDeno(["check", "--quiet", CONFIG, ...paths]);
    const wrong = new Set([...stderr.matchAll(/(\w+\.ts):\d+:\d+/g)].map(([, file]) => file));
    assertEquals([...wrong].sort(), ["broken_agent.ts", "broken_schemas.ts"], stderr);
  });
});

Deno.test("writeTypedAgent() writes an agent that can be made", async () => {
  await inTemporaryFolder(async (folder) => {
    const [path] = await write(folder, { "agent.ts": writeTypedAgent(3, IMPORTS) });
    await runDeno(["run", "--quiet", "--no-prompt", "--no-check", CONFIG, path!]);
  });
});

Deno.test("writeTypedAgent() writes the given number of tools", () => {
  const source = writeTypedAgent(3, IMPORTS);
  assertEquals(source.match(/new Tool\(/g)?.length, 3);
  assertStringIncludes(source, "tools: [tool0, tool1, tool2],");
  assertEquals(new Set(source.match(/name: "tool_\d"/g)).size, 3);
});

Deno.test("writeTypedSchemas() writes the schemas and functions of the tools, and no agent", () => {
  const read = (source: string) => ({
    schemas: source.match(/v\.object\(\{\n[^]*?\n {2}\}\)/g),
    functions: source.match(/`\$\{name\}.*`/g),
  });
  const [agent, schemas] = [writeTypedAgent(3, IMPORTS), writeTypedSchemas(3, IMPORTS)];
  assertEquals(read(schemas), read(agent));
  assertEquals(read(schemas).schemas?.length, 3);
  assertEquals(new Set(read(schemas).schemas).size, 3);
  assertEquals(schemas.match(/^import .*$/gm)?.length, 1);
});

Deno.test("writeTypedAgent() escapes the specifiers of its imports", () => {
  const source = writeTypedAgent(1, { core: 'a"b.ts', valibot: "c\\d" });
  assertMatch(source, /from "a\\"b\.ts";/);
  assertMatch(source, /from "c\\\\d";/);
});
