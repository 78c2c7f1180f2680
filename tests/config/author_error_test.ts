import { assertEquals } from "@std/assert";
import { describeDenied, describeImportError } from "../../src/config/author_error.ts";

/** Error of Deno about an access that it denies. */
function denied(access: string, flag: string, file = "tools.ts:12:3"): Error {
  const message = `Requires ${access}, run again with the \x1b[33m--allow-${flag}\x1b[0m flag`;
  const error = new Error(message);
  error.stack =
    `NotCapable: ${message}\n    at Object.readTextFile (ext:deno_fs/30_fs.js:777:24)\n` +
    `    at prices (file://${Deno.cwd()}/cafe/${file})`;
  return error;
}

Deno.test("describeDenied, names the place, the access, and the line that would allow it", () => {
  const cases: readonly [access: string, flag: string, expected: string][] = [
    ['read access to "cafe/prices.csv"', "read", 'reads "prices.csv" read: [prices.csv]'],
    ['read access to "/etc/hosts"', "read", 'reads "/etc/hosts" read: [/etc/hosts]'],
    ['write access to "cafe/a b"', "write", 'writes "a b" write: ["a b"]'],
    [
      'net access to "api.example.com:443"',
      "net",
      'connects to "api.example.com" net: [api.example.com]',
    ],
    ['net access to "localhost:8080"', "net", 'connects to "localhost:8080" net: [localhost:8080]'],
    ['env access to "HOME"', "env", 'reads the variable "HOME" env: [HOME]'],
    ["env access", "env", "reads all of the environment env: true"],
    ['run access to "git"', "run", 'runs "git" run: [git]'],
    ['sys access to "hostname"', "sys", 'asks the system for "hostname" sys: [hostname]'],
    ['import access to "example.com:443"', "import", 'imports "example.com" import: [example.com]'],
  ];
  for (const [access, flag, expected] of cases) {
    const [, what, permission] = /^(.*) (\w+: .+)$/.exec(expected)!;
    assertEquals(
      describeDenied(new Error("failed", { cause: denied(access, flag) }), "cafe/agent.yaml"),
      `cafe/tools.ts:12 ${what}, which cafe/agent.yaml does not allow. If it should: ` +
        `permissions: { ${permission} }`,
    );
  }
});

Deno.test("describeDenied, names the flag for a module, and leaves other errors alone", () => {
  assertEquals(
    describeDenied(denied('read access to "prices.csv"', "read"), "cafe/agent.ts"),
    'cafe/tools.ts:12 reads "prices.csv", which is not allowed. If it should: ' +
      "pass --allow-read=prices.csv",
  );
  assertEquals(describeDenied(new Error("Requires patience"), "agent.yaml"), undefined);
  assertEquals(describeDenied(undefined, "agent.yaml"), undefined);
  const loop: { message: string; cause?: unknown } = { message: "a loop" };
  loop.cause = loop;
  assertEquals(describeDenied(loop, "agent.yaml"), undefined);
});

Deno.test("describeImportError, begins with the place, and leaves out what Deno draws", async () => {
  const folder = await Deno.makeTempDir({ dir: "." });
  try {
    const fail = async (text: string) => {
      const file = `${Deno.cwd()}/${folder}/${crypto.randomUUID()}.ts`;
      await Deno.writeTextFile(file, text);
      const error = await import(`file://${file}`).catch((error) => error);
      return describeImportError(error, "agent.yaml").replace(/^.*?(?=\.ts)/, "x");
    };
    assertEquals(await fail("export const x = ;"), "x.ts:1:18: SyntaxError: Expression expected");
    assertEquals(await fail("\nthrow new Error('boom');"), "x.ts:2: boom");
    const missing = await fail("import './none.ts';");
    assertEquals(missing.replace(/"[^"]*none/, '"none'), 'x.ts:1:8: Module not found "none.ts"');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("describeDenied, an access in the code of a package has no line of the author", () => {
  for (
    const folder of [
      "/home/ann/.cache/deno/npm/registry.npmjs.org/pkg/1.0.0",
      "/cafe/node_modules/p",
    ]
  ) {
    const error = new Error('Requires env access to "KEY", run again with the --allow-env flag');
    error.stack = `${error}\n    at load (file://${folder}/main.js:23:5)`;
    assertEquals(
      describeDenied(error, "agent.yaml"),
      'The code of the agent reads the variable "KEY", which agent.yaml does not allow. ' +
        "If it should: permissions: { env: [KEY] }",
    );
  }
});
