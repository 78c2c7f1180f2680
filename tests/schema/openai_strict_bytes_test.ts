/** Exact bytes of the schemas for most models: vendors cache compiled grammars by them. */
import { assertEquals } from "@std/assert";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { decisionSchema } from "./fixture.ts";

const tree: v.GenericSchema = v.object({
  name: v.pipe(v.string(), v.minLength(2), v.regex(/^[a-z]+$/)),
  children: v.optional(v.array(v.lazy(() => tree))),
});

const shape = v.variant("kind", [
  v.object({ radius: v.pipe(v.number(), v.gtValue(0)), kind: v.literal("circle") }),
  v.object({ side: v.nullish(v.number(), 1), kind: v.picklist(["square", "cube"]) }),
]);

/** Returns the whole schema of a decision with one tool, as text. */
function bytes(args: unknown): string {
  return JSON.stringify(decisionSchema({ tools: { t: args }, end: true }).json);
}

/** Text before and after the arguments. */
const [BEFORE, AFTER] = [
  '{"type":"object","properties":{"decision":{"anyOf":[{"type":"object","properties":{"action":' +
  '{"type":"string","const":"TOOL_CALL"},"calls":{"type":"array","items":{"type":"object",' +
  '"properties":{"tool":{"type":"string","const":"t"},"args":',
  '},"required":["tool","args"],"additionalProperties":false},"minItems":1,"maxItems":16}},' +
  '"required":["action","calls"],"additionalProperties":false},{"type":"object","properties":' +
  '{"action":{"type":"string","const":"END"},"response":{"type":["string","null"]}},"required":' +
  '["action","response"],"additionalProperties":false}]}},"required":["decision"],' +
  '"additionalProperties":false',
] as const;

const NODE =
  '{"type":"object","properties":{"name":{"type":"string","pattern":"^[a-z]+$","description":' +
  '"at least 2 characters"},"children":{"anyOf":[{"type":"array","items":{"$ref":' +
  '"#/$defs/tool_t_0"}},{"type":"null"}]}},"required":["name","children"],' +
  '"additionalProperties":false}';

Deno.test("A decision schema for openaiStrict has exactly these bytes: recursion", () => {
  assertEquals(bytes(tree), `${BEFORE}${NODE}${AFTER},"$defs":{"tool_t_0":${NODE}}}`);
});

Deno.test("A decision schema for openaiStrict has exactly these bytes: variants and defaults", () => {
  const expected = '{"type":"object","properties":{"shape":{"anyOf":[{"type":"object",' +
    '"properties":{"kind":{"type":"string","const":"circle"},"radius":{"type":"number",' +
    '"exclusiveMinimum":0}},"required":["kind","radius"],"additionalProperties":false},' +
    '{"type":"object","properties":{"kind":{"type":"string","enum":["square","cube"]},' +
    '"side":{"anyOf":[{"type":"number"},{"type":"null"}],"description":"default 1"}},' +
    '"required":["kind","side"],"additionalProperties":false}]}},"required":["shape"],' +
    '"additionalProperties":false}';
  assertEquals(bytes(v.object({ shape })), `${BEFORE}${expected}${AFTER}}`);
});

Deno.test("A decision schema for openaiStrict has exactly these bytes: other libraries", () => {
  const foreign = z.object({
    at: z.iso.datetime().describe("When").optional(),
    pair: z.tuple([z.string().regex(/^a/i), z.int().positive()]),
    only: z.literal(["a", 1, null]),
    tags: z.array(z.string().max(9)).min(1).optional(),
  });
  const expected = '{"type":"object","properties":{"at":{"type":["string","null"],"format":' +
    '"date-time","description":"When; matching the regular expression PATTERN"},"pair":{"type":' +
    '"array","items":{"anyOf":[{"type":"string","description":"matching the regular expression ' +
    '^a"},{"type":"integer","maximum":9007199254740991,"exclusiveMinimum":0}]},"minItems":2,' +
    '"maxItems":2,"description":"the items in the order given"},"only":{"type":["string",' +
    '"number","null"],"enum":["a",1,null]},"tags":{"anyOf":[{"type":"array","items":{"type":' +
    '"string","description":"at most 9 characters"},"minItems":1},{"type":"null"}]}},"required":' +
    '["at","pair","only","tags"],"additionalProperties":false}';
  // The library's pattern of a date may change.
  const actual = bytes(foreign).replace(
    /(When; matching the regular expression ).*?"\}/,
    '$1PATTERN"}',
  );
  assertEquals(actual, `${BEFORE}${expected}${AFTER}}`);
  assertEquals(
    bytes(type({ a: "1|2|'z'", "b?": "string[]", c: "true" })),
    `${BEFORE}{"type":"object","properties":{"a":{"type":["string","number"],"enum":["z",1,2]},` +
      '"c":{"type":"boolean","const":true},"b":{"anyOf":[{"type":"array","items":{"type":' +
      '"string"}},{"type":"null"}]}},"required":["a","c","b"],"additionalProperties":false}' +
      `${AFTER}}`,
  );
});
