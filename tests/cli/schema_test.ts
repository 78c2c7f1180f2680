import { jsonSchema } from "@nomos/agent/json-schema";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "yaml";
import { installSchemas } from "../../src/cli/schema/install_schemas.ts";
import { nomos, nomosJson, withFiles } from "./in_process.ts";

for (const kind of ["agent", "tests", "conversation"]) {
  Deno.test(`schema --kind ${kind}, prints the published schema, and writes it to a file`, async () => {
    const { code, stdout } = await nomos("schema", "--kind", kind);
    assertEquals(code, 0);
    assertEquals(stdout, await Deno.readTextFile(`schema/${kind}.json`));
    const file = await Deno.makeTempFile();
    await nomosJson(0, "schema", "--kind", kind, "-o", file);
    assertEquals(await Deno.readTextFile(file), stdout);
    await Deno.remove(file);
  });
}

Deno.test("schema --install, points files to the schemas, and changes nothing else, also if repeated", () =>
  withFiles({
    "agent.yaml": "# mine\r\nname: a\r\n",
    "config.agent.yaml": "# yaml-language-server: $schema=https://old/agent.json\nname: b\n",
    "tests.agent.yaml": "\ufeffunit: {}",
    "conversation.yaml": "- user: Hi\n",
    "other.yaml": "name: c\n",
    "agent.json": "{}",
  }, async (folder) => {
    await Deno.writeFile(`${folder}/odd.agent.yaml`, new Uint8Array([0xff, 0x0a, 0xfe]));
    const first = installSchemas(folder);
    assertEquals(first.changed.length, 5);
    const line = (kind: string) => `# yaml-language-server: $schema=.nomos/${kind}.json`;
    const read = (name: string) => Deno.readTextFileSync(`${folder}/${name}`);
    assertEquals(read("agent.yaml"), `${line("agent")}\r\n# mine\r\nname: a\r\n`);
    assertEquals(read("config.agent.yaml"), `${line("agent")}\nname: b\n`);
    // Reading removes the mark.
    assertEquals(
      Deno.readFileSync(`${folder}/tests.agent.yaml`).slice(0, 3),
      new Uint8Array([0xef, 0xbb, 0xbf]),
    );
    assertEquals(read("tests.agent.yaml").replace("\ufeff", ""), `${line("tests")}\nunit: {}`);
    assertEquals(read("conversation.yaml"), `${line("conversation")}\n- user: Hi\n`);
    assertEquals([read("other.yaml"), read("agent.json")], ["name: c\n", "{}"]);
    assertEquals([...Deno.readFileSync(`${folder}/odd.agent.yaml`).slice(-3)], [0xff, 0x0a, 0xfe]);
    const second = installSchemas(folder);
    assertEquals([second.changed, second.kept], [[], first.changed]);
    const schema = JSON.parse(read(".nomos/conversation.json"));
    const { issues } = await jsonSchema(schema)["~standard"].validate(
      parse(read("conversation.yaml")),
    );
    assertEquals(issues, undefined);
    assertEquals(read(".nomos/.gitignore"), "*\n");
  }));

Deno.test("schema, a file that cannot be written and a wrong kind are one line on stderr", async () => {
  const kind = await nomos("schema", "--kind", "agents");
  assertEquals([kind.code, kind.stdout], [2, ""]);
  assertStringIncludes(kind.stderr, "expected one of agent, tests, conversation");
  const file = await nomos("schema", "-o", "deno.json/agent.json");
  assertEquals([file.code, file.stdout], [1, ""]);
  assert(
    (await nomosJson(1, "schema", "-o", "deno.json/agent.json")).error.message.startsWith(
      "Cannot write",
    ),
  );
});
