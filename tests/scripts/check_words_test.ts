import { assertEquals } from "@std/assert";
import { checkWords, findDisabledTests, findMachinePaths } from "../../scripts/check/words.ts";

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
    assertEquals(findMachinePaths("src/a.ts", `\nconst path = "${path}";`).length, 1, path);
  }
});

Deno.test("findMachinePaths() names the file, the line and the path", () => {
  assertEquals(findMachinePaths("README.md", "one\ntwo\nsee /tmp/menu\n"), [
    'README.md:3: names a path of one machine: "/tmp/"',
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
  assertEquals(findMachinePaths("src/a.ts", text), []);
});

Deno.test("findDisabledTests() finds tests that are left out or stand alone", () => {
  const source = `Deno.test.only("a", () => {});
Deno.test({ name: "b", ignore: true, fn() {} });
Deno.test({ name: "c", only: true, fn() {} });
Deno.test.ignore("d", () => {});
it.skip("e", () => {});
`;
  assertEquals(findDisabledTests("tests/a_test.ts", source), [
    'tests/a_test.ts:1: a test must not be left out: "test.only"',
    'tests/a_test.ts:2: a test must not be left out: "ignore: true"',
    'tests/a_test.ts:3: a test must not be left out: "only: true"',
    'tests/a_test.ts:4: a test must not be left out: "test.ignore"',
    'tests/a_test.ts:5: a test must not be left out: "it.skip"',
  ]);
});

Deno.test("findDisabledTests() allows conditions, other words and text", () => {
  const source = `// Deno.test.only is not for here
Deno.test({ name: "a", ignore: Deno.build.os === "windows", fn() {} });
Deno.test("b { only: true }", () => reader.skip(1));
const options = { ignore: false, readonly: true };
`;
  assertEquals(findDisabledTests("tests/a_test.ts", source), []);
});

Deno.test("checkWords() looks for paths outside tests and for left out tests inside", () => {
  const text = 'Deno.test.only("reads /tmp/menu", () => {});';
  const { problems } = checkWords(
    new Map([["src/a.ts", text], ["tests/a_test.ts", text], ["tests/a.md", text]]),
  );
  assertEquals(problems, [
    'src/a.ts:1: names a path of one machine: "/tmp/"',
    'tests/a_test.ts:1: a test must not be left out: "test.only"',
  ]);
});
