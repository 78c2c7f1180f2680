import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Agent, ConfigError, decide, type JsonSchema, MockLLM, raw, Tool } from "@nomos/agent";
import { jsonSchema } from "@nomos/agent/json-schema";

const text = { type: "string" };

function object(properties: object, required: string[] = Object.keys(properties)): JsonSchema {
  return { type: "object", properties, required };
}

function refusal(schema: unknown): string {
  return assertThrows(() => jsonSchema(schema as JsonSchema), ConfigError).message;
}

/** Returns the issues of a value as `path: message`. */
function issues(schema: JsonSchema, value: unknown): string[] {
  const result = jsonSchema(schema)["~standard"].validate(value);
  assert(!(result instanceof Promise));
  return (result.issues ?? []).map(({ path = [], message }) => `${path.join(".")}: ${message}`);
}

Deno.test("jsonSchema describes the arguments of a tool and the answer of a step", async () => {
  const seen: unknown[] = [];
  const find = new Tool({
    name: "find_user",
    description: "Find a user",
    args: jsonSchema<{ id?: number; email?: string }>({
      type: "object",
      properties: { id: { type: "integer" }, email: { type: "string", format: "email" } },
      anyOf: [{ required: ["id"] }, { required: ["email"] }],
    }),
    run: (args) => {
      seen.push(args);
      return "found";
    },
  });
  const llm = new MockLLM([
    raw('{"decision":{"action":"TOOL_CALL","calls":[{"tool":"find_user","args":{"email":null}}]}}'),
    decide.call("find_user", { id: 7, email: null }),
    decide.respond({ mood: "good" }),
  ]);
  const answer = jsonSchema<{ mood: string }>(object({ mood: { enum: ["good", "bad"] } }));
  const steps = { talk: { description: "Talk", tools: [find], answer } };
  const agent = new Agent({ name: "a", llm, start: "talk", steps });
  const turn = await agent.createSession().next("Who is 7?");
  assertEquals(seen, [{ id: 7 }]);
  assertEquals(turn.response, { mood: "good" });
});

Deno.test("jsonSchema names the path of each issue, and not the schemas around it", () => {
  const schema = object({ "a/b": { type: "array", items: object({ n: { minimum: 2 } }) } });
  assertEquals(issues(schema, { "a/b": [{ n: 2 }, { n: 1 }] }), ["a/b.1.n: 1 is less than 2."]);
  assertEquals(issues(schema, { "a/b": [] }), []);
  const closed = { properties: { a: {} }, additionalProperties: false };
  assertEquals(issues(closed, { a: 1, b: 2 }), ["b: This key or value is not allowed."]);
});

Deno.test("jsonSchema follows the draft of $schema", () => {
  const draft = (name: string, rest: object) => ({
    $schema: `http://json-schema.org/${name}/schema#`,
    ...rest,
  });
  const limit = { type: "object", properties: { n: { minimum: 1, exclusiveMinimum: true } } };
  assertEquals(issues(draft("draft-04", limit), { n: 1 }).length, 1);
  assertStringIncludes(
    refusal(draft("draft-07", limit)),
    "#/properties/n/exclusiveMinimum is true",
  );
  const beside = object({ s: { $ref: "#/definitions/s", maxLength: 1 } });
  assertEquals(issues(draft("draft-07", { ...beside, definitions: { s: text } }), { s: "xx" }), []);
  assertEquals(issues({ ...beside, definitions: { s: text } }, { s: "xx" }).length, 1);
  assertStringIncludes(refusal(draft("draft-03", {})), "expected draft 4 or later");
});

Deno.test("jsonSchema refuses a schema that it cannot validate by, with the path", () => {
  const self = { $ref: "#/$defs/a" };
  const cases: [schema: unknown, part: string][] = [
    [undefined, "Cannot use undefined as a JSON Schema"],
    [[], "Cannot use a list as a JSON Schema"],
    [object({ a: { type: "strin" } }), '#/properties/a/type is "strin"'],
    [object({ a: { required: true } }), "#/properties/a/required is true"],
    [object({ a: { minLength: "1" } }), '#/properties/a/minLength is "1"'],
    [object({ a: { pattern: "([" } }), '#/properties/a/pattern is "(["'],
    [object({ a: { patternProperties: { "([": {} } } }), "#/properties/a/patternProperties"],
    [object({ a: { anyOf: [] } }), "#/properties/a/anyOf is []"],
    [object({ a: { items: [text, 1] } }), "#/properties/a/items"],
    [object({ a: { $ref: "https://example.com/a.json" } }), "#/properties/a/$ref is"],
    [object({ "a/b": { $ref: "#/$defs/x" } }), "#/properties/a~1b/$ref is"],
    [object({ a: { $dynamicRef: "#x" } }), '"$dynamicRef" at #/properties/a/$dynamicRef'],
    [{ ...object({ a: self }), $defs: { a: self } }, '"$ref" back to itself at #/$defs/a'],
    [{ $defs: { a: { anyOf: [text, { not: self }] } } }, '"$ref" back to itself at #/$defs/a'],
  ];
  for (const [schema, part] of cases) assertStringIncludes(refusal(schema), part);
});

Deno.test("jsonSchema refuses a hostile schema with an error, before it stalls the process", () => {
  let deep: unknown = text;
  for (let level = 0; level < 20_000; level++) deep = object({ a: deep });
  assertStringIncludes(refusal(deep), "more than 512 levels deep at #/properties/a/properties/a");
  const loop: Record<string, unknown> = { type: "object" };
  loop.properties = { loop };
  assertStringIncludes(refusal(loop), "more than 512 levels deep at #/properties/loop");
  const doubled = (index: number) => ({
    allOf: [1, 2].map(() => index < 60 ? { $ref: `#/$defs/d${index + 1}` } : text),
  });
  const $defs = Object.fromEntries(Array.from({ length: 61 }, (_, at) => [`d${at}`, doubled(at)]));
  const doubling = { ...object({ a: { $ref: "#/$defs/d0" } }), $defs };
  assertStringIncludes(refusal(doubling), "more than 100000 checks of one value");
});

Deno.test("jsonSchema copies its schema", () => {
  const schema = { type: "object", properties: { a: text } } as Record<string, unknown>;
  const args = jsonSchema(schema);
  schema.properties = { a: { type: "number" } };
  assertEquals((args["~standard"].validate({ a: "x" }) as { issues?: unknown }).issues, undefined);
  assertEquals(Object.keys(schema), ["type", "properties"]);
});
