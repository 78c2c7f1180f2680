import { resolve } from "node:path";
import { assertEquals, assertThrows } from "@std/assert";
import { findHost } from "../../src/cli/deno_config.ts";
import { CommandError } from "../../src/cli/exit_code.ts";
import { findProject } from "../../src/cli/project.ts";

/** Runs a test in a new folder with these files. */
async function inProject(
  files: Readonly<Record<string, string>>,
  run: (folder: string) => void,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]+$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("findHost, follows the imports of deno.json as Deno does", async () => {
  const host = "@nomos/agent/cli/host";
  const cases: readonly [config: string, expected: string | undefined][] = [
    [
      '{ // a comment "x"\n "imports": { "a": "//,}", "@nomos/agent": "jsr:@nomos/agent@1", }, }',
      host,
    ],
    ['{"imports": {"@nomos/agent/": "jsr:/@nomos/agent@1/"}}', host],
    ['{"imports": {"@nomos/agent": "npm:@jsr/nomos__agent@1"}}', host],
    ['{"imports": {"@nomos/agent/cli/host": "./host.ts"}}', host],
    ['{"name": "@nomos/agent"}', host],
    ['{"importMap": "map.json"}', host],
    [
      '{"imports": {"@nomos/agent": "https://example.com/agent/mod.ts"}}',
      "https://example.com/agent/src/cli/host.ts",
    ],
    ['{"imports": {"@nomos/agents": "jsr:@nomos/agents@1"}}', undefined],
    ['{"imports": {/* "@nomos/agent": "jsr:@nomos/agent@1" */}}', undefined],
    ['{"imports": ', undefined],
    ["[]", undefined],
  ];
  for (const [config, expected] of cases) {
    const files = {
      "deno.jsonc": config,
      "map.json": '{"imports": {"@nomos/agent": "jsr:@nomos/agent@1"}}',
    };
    await inProject(files, (folder) => {
      assertEquals(findHost(`${folder}/deno.jsonc`), expected, config);
    });
  }
});

Deno.test("findProject, takes the imports and the folder of a workspace", async () => {
  const files = {
    "deno.json": '{"workspace": ["./cafe"], "imports": {"@nomos/agent": "jsr:@nomos/agent@1"}}',
    "cafe/deno.json": "{}",
    "cafe/agents/agent.yaml": "",
    "alone/deno.jsonc": "{}",
    "alone/agent.ts": "",
    "alone/.git/HEAD": "",
    "loose/agent.yaml": "",
    "loose/package.json": "{}",
    "odd#name.yaml": "",
  };
  await inProject(files, (folder) => {
    const member = findProject(`${folder}/cafe/agents/agent.yaml`);
    assertEquals(member, {
      path: `${folder}/cafe/agents/agent.yaml`,
      isModule: false,
      root: folder,
      config: `${folder}/cafe/deno.json`,
    });
    assertEquals(findHost(member.config!), "@nomos/agent/cli/host");
    assertEquals(findProject(`${folder}/alone/agent.ts#barista`), {
      path: `${folder}/alone/agent.ts`,
      isModule: true,
      export: "barista",
      root: folder,
      config: `${folder}/alone/deno.jsonc`,
    });
    // A package of Node is the top of a project of its own.
    assertEquals(findProject(`${folder}/loose/agent.yaml`).root, `${folder}/loose`);
    assertEquals(resolve(findProject(`${folder}/cafe/agents`).path), member.path);
    assertEquals(findProject(`${folder}/odd#name.yaml`).path, `${folder}/odd#name.yaml`);
    const refused = [`${folder}/none.yaml`, folder, `${folder}/cafe/agents/agent.yaml#x`];
    for (const name of refused) assertThrows(() => findProject(name), CommandError);
  });
});
