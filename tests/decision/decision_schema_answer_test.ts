import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import type { DecisionReading } from "../../src/decision/read_decision.ts";
import { decisionSchema, readNow } from "../schema/fixture.ts";
import { readOutput } from "../../src/decision/read_output.ts";

const answer = v.strictObject({
  text: v.pipe(v.string(), v.trim(), v.minLength(1)),
  mood: v.optional(v.picklist(["good", "bad"]), "good"),
  note: v.optional(v.string()),
  score: v.nullable(v.number()),
});

function respond(schema: unknown, response: unknown): DecisionReading | Promise<DecisionReading> {
  const output = { decision: { action: "RESPOND", response } };
  return readOutput(decisionSchema({ answer: schema }), JSON.stringify(output));
}

function call(schema: unknown, args: unknown): DecisionReading | Promise<DecisionReading> {
  const decision = { action: "TOOL_CALL", calls: [{ tool: "t", args }] };
  return readOutput(decisionSchema({ tools: { t: schema } }), JSON.stringify({ decision }));
}

function problemOf(reading: DecisionReading) {
  assert(!reading.success, `Expected a problem, but received ${JSON.stringify(reading)}`);
  return reading.problem;
}

Deno.test("A structured answer is validated: the decision has the input, the response the output", () => {
  const wire = { text: " Hi ", mood: null, note: null, score: null };
  assertEquals(respond(answer, wire), {
    success: true,
    value: { action: "RESPOND", response: { text: " Hi ", score: null }, reasoning: [] },
    args: [],
    response: { text: "Hi", mood: "good", score: null },
  });
});

Deno.test("A structured answer refuses text, other structures and extra keys", async () => {
  const good = { text: "Hi", mood: null, note: null, score: 1 };
  const cases: [response: unknown, path: string][] = [
    ["Hi", "decision.response"],
    [null, "decision.response"],
    [[], "decision.response.text"],
    [{ ...good, text: "  " }, "decision.response.text"],
    [{ ...good, mood: "ugly" }, "decision.response.mood"],
    [{ ...good, score: "1" }, "decision.response.score"],
    [{ ...good, extra: 1 }, "decision.response.extra"],
    [
      JSON.parse('{"text":"Hi","mood":null,"note":null,"score":1,"__proto__":{}}'),
      "decision.response.__proto__",
    ],
  ];
  for (const [response, path] of cases) {
    const problem = problemOf(await respond(answer, response));
    assertEquals(problem.path, path);
    assertEquals(problem.attempt, { action: "RESPOND" });
  }
  const missing = readOutput(decisionSchema({ answer }), {
    decision: { action: "RESPOND" },
  });
  assertEquals(problemOf(await missing).path, "decision.response");
});

Deno.test("A structured answer can have any type", () => {
  const answers: [schema: unknown, value: unknown][] = [
    [v.string(), "Hi"],
    [v.nullable(v.number()), null],
    [v.array(v.picklist(["a", "b"])), ["b", "a"]],
    [v.union([v.string(), v.boolean()]), false],
    [v.literal(0), 0],
    [z.object({ a: z.string() }), { a: "b" }],
    [z.literal(null), null],
  ];
  for (const [schema, value] of answers) {
    const reading = respond(schema, value);
    assert(!(reading instanceof Promise) && reading.success);
    assertEquals(reading.response, value);
    assertEquals(reading.value, { action: "RESPOND", response: value, reasoning: [] });
  }
});

Deno.test("A structured answer shares no object with the decision or the output", () => {
  const list = v.object({ tags: v.array(v.string()) });
  const output = { decision: { action: "RESPOND", response: { tags: ["a"] } } };
  const reading = readNow(decisionSchema({ answer: list }), output);
  assert(reading.success);
  output.decision.response.tags.push("output");
  (reading.response as { tags: string[] }).tags.push("response");
  assertEquals(JSON.stringify(reading.value).includes('["a"]'), true);
});

Deno.test("Asynchronous schemas are awaited, for arguments and answers", async () => {
  const later = (x: string) => Promise.resolve(x !== "bad");
  const checked = v.pipeAsync(v.string(), v.checkAsync(later, "Not bad"));
  const schemas = [
    v.objectAsync({ x: checked, y: v.optional(v.number()) }),
    v.pipeAsync(
      v.object({ x: v.string(), y: v.optional(v.number()) }),
      v.checkAsync(({ x }) => later(x), "Not bad"),
    ),
    z.object({ x: z.string().refine(later, "Not bad"), y: z.number().optional() }),
  ];
  for (const schema of schemas) {
    for (const read of [call, respond]) {
      const good = read(schema, { x: "good", y: null });
      assert(good instanceof Promise);
      const reading = await good;
      assert(reading.success);
      assertEquals(read === call ? reading.args[0] : reading.response, { x: "good" });
      const problem = problemOf(await read(schema, { x: "bad", y: null }));
      assertEquals(problem.message, "Not bad");
      const base = read === call ? "decision.calls.0.args" : "decision.response";
      assert(problem.path.startsWith(base));
    }
  }
});

Deno.test("Asynchronous transformations resolve to their value", async () => {
  const schema = v.objectAsync({
    x: v.pipeAsync(v.string(), v.transformAsync((x) => Promise.resolve(x.length))),
  });
  const reading = await call(schema, { x: "four" });
  assert(reading.success);
  assertEquals(reading.args, [{ x: 4 }]);
  assertEquals(reading.value.reasoning, []);
});

Deno.test("Calls of synchronous and asynchronous tools keep their order, also in problems", async () => {
  const sync = v.object({ x: v.number() });
  const slow = v.objectAsync({
    x: v.pipeAsync(v.number(), v.checkAsync(() => Promise.resolve(true))),
  });
  const schema = decisionSchema({ tools: { sync, slow } });
  const read = (...calls: [tool: string, x: unknown][]) =>
    readOutput(schema, {
      decision: {
        action: "TOOL_CALL",
        calls: calls.map(([tool, x]) => ({ tool, args: { x } })),
      },
    });
  const reading = await read(["slow", 1], ["sync", 2], ["slow", 3]);
  assert(reading.success);
  assertEquals(reading.args, [{ x: 1 }, { x: 2 }, { x: 3 }]);
  assertEquals(problemOf(await read(["slow", 1], ["sync", "a"])).path, "decision.calls.1.args.x");
  const first = problemOf(await read(["slow", "a"], ["sync", "a"]));
  assertEquals(first.path, "decision.calls.0.args.x");
  assertEquals(first.attempt, { action: "TOOL_CALL", tools: ["slow"] });
});

Deno.test("A schema that throws refuses its value", async () => {
  const thrown: unknown[] = [
    new SyntaxError("Bad\nJSON"),
    "text",
    undefined,
    null,
    Object.create(null),
    { toString: () => Object.create(null) },
    new Proxy({}, {
      get: () => {
        throw new Error("Trap");
      },
    }),
  ];
  for (const error of thrown) {
    const fail = (): never => {
      throw error;
    };
    const schemas = [
      v.object({ x: v.pipe(v.string(), v.transform(fail)) }),
      v.object({ x: v.pipe(v.string(), v.check(fail)) }),
      z.object({ x: z.string().transform(fail) }),
      v.objectAsync({ x: v.pipeAsync(v.string(), v.checkAsync(() => Promise.reject(error))) }),
    ];
    for (const schema of schemas) {
      const { message } = problemOf(await call(schema, { x: "a" }));
      assert(!message.includes("\n"));
      problemOf(await respond(schema, { x: "a" }));
    }
  }
});

Deno.test("A schema that throws is a problem with the path and the attempt of its value", async () => {
  const fail = (): never => {
    throw new SyntaxError("Bad JSON");
  };
  const schemas = [
    v.object({ x: v.pipe(v.string(), v.transform(fail)) }),
    v.objectAsync({ x: v.pipeAsync(v.string(), v.checkAsync(() => Promise.reject(fail))) }),
  ];
  for (const schema of schemas) {
    const args = problemOf(await call(schema, { x: "a" }));
    assertEquals(args.path, "decision.calls.0.args");
    assertEquals(args.attempt, { action: "TOOL_CALL", tools: ["t"] });
    const response = problemOf(await respond(schema, { x: "a" }));
    assertEquals(response.path, "decision.response");
    assertEquals(response.attempt, { action: "RESPOND" });
  }
  const { message } = problemOf(await call(schemas[0], { x: "a" }));
  assertStringIncludes(message, "Bad JSON");
});

Deno.test("A schema that changes its input changes neither the decision nor the output", async () => {
  const change = (value: { x: string[] }) => {
    value.x.push("changed");
    return value;
  };
  const validate = (value: unknown) => ({ value: change(value as { x: string[] }) });
  const input = () => ({
    type: "object",
    properties: { x: { type: "array", items: { type: "string" } } },
    required: ["x"],
  });
  const foreign = { "~standard": { version: 1, vendor: "mine", validate, jsonSchema: { input } } };
  for (const read of [call, respond]) {
    const reading = await read(foreign, { x: ["a"] });
    assert(reading.success);
    assertEquals(JSON.stringify(reading.value).includes("changed"), false);
  }
  const output = { decision: { action: "RESPOND", response: { x: ["a"] } } };
  await readOutput(decisionSchema({ answer: foreign }), output);
  assertEquals(output.decision.response.x, ["a"]);
});
