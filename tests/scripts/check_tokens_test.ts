import { assertEquals } from "@std/assert";
import { tokenize } from "../../scripts/check/tokens.ts";

function textsOf(source: string): string[] {
  return tokenize(source).map(({ text }) => text);
}

Deno.test("tokenize() tells names, strings and marks apart, with their lines", () => {
  assertEquals(tokenize(`const a =\n  "b";`), [
    { kind: "name", text: "const", line: 1 },
    { kind: "name", text: "a", line: 1 },
    { kind: "mark", text: "=", line: 1 },
    { kind: "string", text: "b", line: 2 },
    { kind: "mark", text: ";", line: 2 },
  ]);
});

Deno.test("tokenize() leaves out comments and keeps counting their lines", () => {
  const tokens = tokenize("#!/usr/bin/env deno\n// one\n/* two\nthree */ four // five\nsix");
  assertEquals(tokens.map(({ text, line }) => [text, line]), [["four", 4], ["six", 5]]);
});

Deno.test("tokenize() reads a string to its own quote", () => {
  assertEquals(textsOf(`"it's \\"so\\"" 'say "hi"' "// not a comment"`), [
    `it's \\"so\\"`,
    `say "hi"`,
    "// not a comment",
  ]);
});

Deno.test("tokenize() reads the expressions inside templates, however deep", () => {
  const source = "`a ${ { b: `c ${d} e` }.b } \\` ${f}` + g";
  const names = tokenize(source).filter(({ kind }) => kind === "name").map(({ text }) => text);
  assertEquals(names, ["b", "d", "b", "f", "g"]);
});

Deno.test("tokenize() does not look for code inside a template", () => {
  const names = tokenize("x = `import { a } from 'b';\n$c {d}`;\ny");
  assertEquals(names.filter(({ kind }) => kind === "name").map(({ text, line }) => [text, line]), [
    ["x", 1],
    ["y", 3],
  ]);
});

Deno.test("tokenize() tells a pattern from a division", () => {
  assertEquals(textsOf("a = /\"[/']/g; b = c / 2 / d; return /'/"), [
    "a",
    "=",
    "/",
    ";",
    "b",
    "=",
    "c",
    "/",
    "2",
    "/",
    "d",
    ";",
    "return",
    "/",
  ]);
});
