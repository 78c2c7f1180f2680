import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseConfig } from "@nomos/agent/config";
import { CommandError } from "../../src/cli/exit_code.ts";
import { divide } from "../../src/cli/permissions.ts";
import { denyWays, findAskedWays, listWaysOut } from "../../src/cli/launcher/ways_out.ts";
import { withFiles } from "./in_process.ts";
import { expectCode, nomos, ROOT } from "./process.ts";

const FILES = {
  "deno.json": JSON.stringify({ imports: { "@nomos/agent": `${ROOT}mod.ts` } }),
  "agent.yaml": `
name: clerk
llm: { provider: openai, model: gpt-5-mini }
start: desk
steps: [{ id: desk, desc: Help, tools: [read] }]
tools:
  files: [tools.ts]
  defs: { read: { desc: Read, args: [{ key: path, type: str }] } }
`,
  "tools.ts": `
export const read = ({ path }: { path: string }) => Deno.readTextFileSync(path);
`,
  "conversation.yaml":
    "- user: Go\n- { call: read, args: { path: deep/keys/id_rsa } }\n- respond: Done\n",
};

/** Runs a test in a project with links: out of it, out of it by its name, nowhere, and within. */
function withLinks(run: (root: string) => Promise<void> | void): Promise<void> {
  return withFiles(FILES, (root) =>
    withFiles({ id_rsa: "secret" }, async (keys) => {
      await Deno.mkdir(`${root}/deep`);
      await Deno.symlink(keys, `${root}/deep/keys`);
      await Deno.symlink(`${keys}/id_rsa`, `${root}/key.txt`);
      await Deno.symlink("../new.txt", `${root}/nowhere`);
      await Deno.symlink("tools.ts", `${root}/same.ts`);
      await run(root);
    }));
}

/** Returns an agent file with permissions. */
function asking(path: string, permissions: string) {
  return parseConfig(path, `${FILES["agent.yaml"]}permissions: ${permissions}\n`);
}

Deno.test("listWaysOut, lists links that lead out of a folder or nowhere", () =>
  withLinks((root) => {
    assertEquals(
      listWaysOut(root).map((way) => way.slice(root.length)).sort(),
      ["/deep/keys", "/key.txt", "/nowhere"],
    );
  }));

Deno.test("denyWays, denies what the user did not grant by its name", () => {
  const ways = ["/cafe/a", "/cafe/b"];
  assertEquals(denyWays(ways, { read: ["/cafe", "/cafe/a"], write: true }), [
    "--deny-read=/cafe/b",
  ]);
  assertEquals(denyWays([], {}), []);
  assertThrows(() => denyWays(["/cafe/a,b"], {}), CommandError, "none with a comma");
});

Deno.test("findAskedWays and divide, a file asks for a link by its name, and for writing beside it", () => {
  const ways = ["/cafe/deep/keys"];
  const file = asking("/cafe/agent.yaml", "{ read: [deep/keys/id_rsa], write: [deep, out] }");
  assertEquals(findAskedWays(file, ways), { read: ways, write: [] });
  assertEquals(findAskedWays(asking("/cafe/agent.yaml", "{ read: true }"), ways).read, []);
  assertEquals(divide({ write: ["/cafe/deep", "/cafe/out"] }, "/cafe", ways), {
    harmless: { write: ["/cafe/out"] },
    wishes: { write: ["/cafe/deep"] },
  });
});

Deno.test("nomos run, links lead no tool out of the project, unless the user allows it", () =>
  withLinks(async (cwd) => {
    const args = ["run", "--model", "mock", "--input", "Go", "--json"];
    const kept = await expectCode(0, nomos(args, { cwd }));
    assertEquals(kept.stdout.includes("secret"), false);
    assertStringIncludes(
      kept.stderr,
      'tools.ts:2 reads "deep/keys/id_rsa", which agent.yaml does not allow',
    );
    await Deno.writeTextFile(
      `${cwd}/agent.yaml`,
      `${FILES["agent.yaml"]}permissions: { read: [deep/keys/id_rsa] }\n`,
    );
    const refused = await expectCode(1, nomos(args, { cwd }));
    assertStringIncludes(refused.stderr, `it asks for --allow-read=${cwd}/deep/keys`);
    const allowed = await expectCode(0, nomos([...args, "--allow-read=deep/keys"], { cwd }));
    assertStringIncludes(allowed.stdout, '"text":"secret"');
  }));
