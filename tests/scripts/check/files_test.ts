import { assertEquals } from "@std/assert";
import { findLongFiles, findMachinePaths, readFiles } from "../../../scripts/check/files.ts";
import { inTemporaryFolder, runChild } from "../../../scripts/child.ts";

function pathsIn(path: string, text: string): string[] {
  return findMachinePaths(new Map([[path, text]]));
}

Deno.test("readFiles() reads the text files that git tracks or would add", async () => {
  await inTemporaryFolder(async (folder) => {
    const write = (name: string, text: string) => Deno.writeTextFile(new URL(name, folder), text);
    for (const args of [["init", "--quiet"], ["config", "core.quotePath", "true"]]) {
      await runChild("git", args, folder);
    }
    await write(".gitignore", "ignored.ts\n");
    await write("gone.ts", "");
    await runChild("git", ["add", "."], folder);
    await Deno.remove(new URL("gone.ts", folder));
    await write("grüße.ts", "new");
    await write("ignored.ts", "");
    await write("image.png", "\0");
    assertEquals(
      await readFiles(folder),
      new Map([[".gitignore", "ignored.ts\n"], ["grüße.ts", "new"]]),
    );
  });
});

Deno.test("findLongFiles() allows 300 lines, and 400 in tests", () => {
  const lines = (count: number) => "1\n".repeat(count);
  const files = new Map([
    ["src/a.ts", lines(300)],
    ["src/b.ts", `${lines(300)}1`],
    ["tests/a_test.ts", lines(400)],
    ["tests/b_test.ts", lines(401)],
    ["README.md", lines(500)],
  ]);
  assertEquals(findLongFiles(files), [
    "src/b.ts: has 301 lines: expected at most 300",
    "tests/b_test.ts: has 401 lines: expected at most 400",
  ]);
});

Deno.test("findMachinePaths() finds absolute paths of one machine", () => {
  for (
    const path of [
      "/tmp/menu.json",
      "/root/menu.json",
      "/home/ada/menu.json",
      "/Users/ada/menu.json",
      "file:///tmp/menu.json",
      "C:\\Users\\ada",
    ]
  ) {
    assertEquals(pathsIn("src/a.ts", `\nconst path = "${path}";`).length, 1, path);
  }
});

Deno.test("findMachinePaths() names the file, the line and the path", () => {
  assertEquals(pathsIn("README.md", "one\ntwo\nsee /tmp/menu\n"), [
    'README.md:3: contains a path of one machine: "/tmp/"',
  ]);
});

Deno.test("findMachinePaths() allows relative paths, addresses and other roots", () => {
  const text = [
    "./tmp/menu.json",
    "../home/menu.json",
    "src/root/menu.ts",
    "https://example.com/home/menu",
    "${folder}/tmp/menu.json",
    "/usr/bin/env",
    "/home/",
    "a/root/b",
  ].join("\n");
  assertEquals(pathsIn("src/a.ts", text), []);
});

Deno.test("findMachinePaths() skips tests", () => {
  assertEquals(pathsIn("tests/a_test.ts", 'read("/tmp/menu");'), []);
});
