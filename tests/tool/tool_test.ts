import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import {
  Agent,
  type AnyTool,
  ConfigError,
  decide,
  GraphError,
  MockLLM,
  RedirectError,
  Tool,
  ToolArgumentsError,
  type ToolOptions,
} from "@nomos/agent";

const args = v.object({ size: v.optional(v.picklist(["small", "large"])) });

type Args = v.InferOutput<typeof args>;

function make(options: Record<string, unknown>): Tool<Args> {
  const base = { name: "t", description: "", args, run: () => "" };
  return new Tool({ ...base, ...options } as ToolOptions<Args, unknown, unknown>);
}

function refusal(options: Record<string, unknown>): string {
  return assertThrows(() => make(options), ConfigError).message;
}

Deno.test("Tool accepts names of 1 to 64 letters, digits, underscores and hyphens", () => {
  for (const name of ["a", "get_menu", "get-menu", "9", "_", "A".repeat(64), "constructor"]) {
    assertEquals(make({ name }).name, name);
  }
  const names = [
    "",
    "a b",
    "a ",
    " a",
    "a\n",
    "é",
    "a.b",
    "a/b",
    "A".repeat(65),
    "get_mеnu",
    "a\u200b",
    undefined,
    null,
    1,
    ["a"],
    { toString: () => "a" },
  ];
  for (const name of names) {
    const message = refusal({ name });
    assert(message.startsWith("Cannot create tool "));
    assert(message.endsWith(': expected 1 to 64 letters, digits, "_" or "-"'));
    assertEquals(message.includes("\n"), false);
  }
});

Deno.test("Tool names itself and the expected value if an option is invalid", () => {
  for (const description of [undefined, null, 1, {}]) {
    const message = refusal({ description });
    assertStringIncludes(message, 'Cannot create tool "t": description is ');
    assertStringIncludes(message, ": expected text");
  }
  for (const run of [undefined, null, "run", {}]) {
    const message = refusal({ run });
    assertStringIncludes(message, 'Cannot create tool "t": run is ');
    assertStringIncludes(message, ": expected a function");
  }
  for (const args of [undefined, null, {}, "string", () => 1, { type: "object" }]) {
    assertStringIncludes(refusal({ args }), "expected a Standard Schema");
  }
});

Deno.test("Tool refuses a `guard` that is not a function", () => {
  for (const guard of [true, "yes", null, {}]) {
    assertStringIncludes(refusal({ guard }), 'Cannot create tool "t": guard is ');
  }
  assertEquals(make({ guard: undefined }).guard, undefined);
});

Deno.test("Tool refuses unknown options, with the nearest known name", () => {
  assertEquals(
    refusal({ runs: 1 }),
    'Cannot create tool "t": unknown option "runs": expected one of "name", "description", "args", ' +
      '"data", "context", "run", "timeout", "guard", "needsApproval", "expiresAfter", "once", "whenUnknown", ' +
      '"maxRepeats"; did you mean "run"?',
  );
  assertStringIncludes(refusal({ needApproval: true }), 'did you mean "needsApproval"?');
  assertEquals(refusal({ whatever: undefined }).includes("did you mean"), false);
});

Deno.test("Tool accepts whole numbers from 2, and Infinity, as maxRepeats", () => {
  for (const maxRepeats of [undefined, 2, 100, Infinity]) {
    assertEquals(make({ maxRepeats }).maxRepeats, maxRepeats);
  }
  for (const maxRepeats of [1, 0, -Infinity, 2.5, NaN, "3", null]) {
    assertStringIncludes(
      refusal({ maxRepeats }),
      "expected a whole number from 2, or Infinity",
    );
  }
});

Deno.test("Tool accepts timeouts that a timer supports, and no others", () => {
  for (const timeout of [1, 1000, 2 ** 31 - 1]) assertEquals(make({ timeout }).timeout, timeout);
  assertEquals(make({ timeout: undefined }).timeout, undefined);
  const not = [
    0,
    -1,
    2 ** 31,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    "5",
    "soon",
    5n,
    [5],
    {},
  ];
  for (const timeout of not) {
    const message = refusal({ timeout });
    assertStringIncludes(message, 'Cannot create tool "t": timeout is ');
    assertStringIncludes(message, "expected a number of milliseconds from 1 to 2147483647");
  }
});

Deno.test("Tool refuses a timeout below the minimum in its message", () => {
  for (const timeout of [0.5, 0.001]) refusal({ timeout });
});

Deno.test("Tool refuses argument schemas that no model accepts, and names the tool and the keyword", () => {
  const cases: [args: unknown, part: string][] = [
    [v.object({ a: v.never() }), '"not" without a type at "a"'],
    [v.object({ a: v.date() }), '"date"'],
    [z.object({ a: z.date() }), "Date"],
  ];
  for (const [args, part] of cases) {
    const message = refusal({ args, name: "my_tool" });
    assertStringIncludes(message, 'Cannot use the schema of tool "my_tool": ');
    assertStringIncludes(message, part);
  }
});

Deno.test("Agent refuses argument schemas that its model does not accept, and names the tool and the keyword", () => {
  const cases: [args: unknown, part: string][] = [
    [v.object({ a: v.record(v.string(), v.string()) }), '"additionalProperties"'],
    [v.looseObject({}), '"additionalProperties"'],
    [v.object({ a: v.unknown() }), "unknown or any"],
    [
      v.intersect([v.object({ a: v.string() }), v.object({ a: v.literal("b") })]),
      '"allOf" of parts that cannot be merged, different schemas for the property "a"',
    ],
    [z.object({ a: z.any() }), "unknown or any"],
    [type({ a: "Record<string, string>" }), '"additionalProperties"'],
  ];
  for (const [args, part] of cases) {
    const tools = [make({ args, name: "my_tool" })];
    const llm = new MockLLM();
    const { problems } = assertThrows(
      () => new Agent({ name: "a", llm, start: "s", steps: { s: { description: "", tools } } }),
      GraphError,
    );
    assertEquals(problems.map(({ path }) => path), ["steps.s"]);
    assertStringIncludes(problems[0]!.message, 'Cannot use the schema of tool "my_tool": ');
    assertStringIncludes(problems[0]!.message, `${part} `);
    assertStringIncludes(problems[0]!.message, "(for mock)");
  }
});

Deno.test("Tool refuses an argument schema that is not of an object", () => {
  const object = v.object({ a: v.string() });
  const schemas = [
    v.string(),
    v.array(object),
    v.nullable(object),
    v.union([object, v.string()]),
    v.tuple([object]),
    v.literal("a"),
    z.string(),
    z.object({}).nullable(),
    type("string"),
  ];
  for (const args of schemas) {
    assertEquals(
      refusal({ args }),
      'Cannot use the schema of tool "t": "type" at its root allows other values than objects: ' +
        "expected an object schema, with a property per argument",
    );
  }
});

Deno.test("Tool accepts an argument schema with an object behind a reference", () => {
  const node: v.GenericSchema = v.object({ next: v.optional(v.lazy(() => node)) });
  const tree = type.module({ node: { "next?": "node" } }).node;
  for (const args of [node, v.lazy(() => node), tree]) make({ args });
});

Deno.test("Tool infers its arguments, and lists of different tools need no any", async () => {
  const one = new Tool({
    name: "one",
    description: "",
    args: v.object({
      n: v.pipe(v.string(), v.transform(Number)),
      list: v.optional(v.array(v.string()), []),
    }),
    run: ({ n, list }) => {
      const count: number = n;
      const names: string[] = list;
      // @ts-expect-error: a transformed argument is no longer text
      const text: string = n;
      return [count, names, text];
    },
  });
  const two = new Tool({
    name: "two",
    description: "",
    args: z.object({ flag: z.boolean().default(true) }),
    run: ({ flag }): string => {
      const isSet: boolean = flag;
      return `${isSet}`;
    },
  });
  const three = new Tool({
    name: "three",
    description: "",
    args: type({ size: "'s' | 'l'" }),
    run: ({ size }) => {
      const known: "s" | "l" = size;
      return known;
    },
  });
  const four = new Tool({
    name: "four",
    description: "",
    args: v.object({}),
    run: (_, context: { readonly context: { readonly user: string } }) => context.context.user,
  });
  const plain: AnyTool<unknown>[] = [one, two, three];
  const tools: AnyTool<unknown, { readonly user: string }>[] = [...plain, four];
  // @ts-expect-error: a tool that needs a user cannot be where there is none
  const wrong: AnyTool<unknown>[] = [four];
  const agent = new Agent({
    name: "a",
    llm: new MockLLM([decide.call("four"), decide.end()]),
    start: "talk",
    steps: { talk: { description: "", tools: [one, two, three, four] } },
  });
  const turn = await agent.createSession({ context: { user: "Ada" } }).next("Hello");
  assertEquals(turn.toolResults.map(({ text }) => text), ["Ada"]);
  assertEquals([tools.length, wrong.length], [4, 1]);
});

Deno.test("Tool.call validates, and runs with the output of the schema", async () => {
  const schemas = [
    v.object({ n: v.pipe(v.string(), v.transform(Number)), d: v.optional(v.string(), "d") }),
    v.objectAsync({
      n: v.pipeAsync(v.string(), v.transformAsync((n) => Promise.resolve(Number(n)))),
      d: v.optional(v.string(), "d"),
    }),
    z.object({ n: z.string().transform(Number), d: z.string().default("d") }),
    type({ n: "string.numeric.parse", d: "string = 'd'" }),
  ];
  for (const args of schemas) {
    const calls: unknown[] = [];
    const tool = make({ args, run: (given: unknown) => calls.push(given) });
    assertEquals(await tool.call({ n: "12" }), 1);
    assertEquals(calls, [{ n: 12, d: "d" }]);
    for (const bad of [{ n: 12 }, {}, null, "text", [], undefined, { n: "1", d: 2 }]) {
      const error = await assertRejects(() => tool.call(bad), ToolArgumentsError);
      assertStringIncludes(error.message, 'Cannot call tool "t": ');
      assertEquals(error.code, "TOOL_ARGUMENTS_INVALID");
    }
    assertEquals(calls.length, 1);
  }
});

Deno.test("Tool.call accepts an absent or undefined argument, not the null of the wire", async () => {
  const schemas = [
    v.object({ a: v.optional(v.string()), b: v.nullable(v.string()) }),
    z.object({ a: z.string().optional(), b: z.string().nullable() }),
    v.pipe(v.object({ a: v.optional(v.string()), b: v.nullable(v.string()) }), v.check(() => true)),
  ];
  for (const args of schemas) {
    const tool = make({ args, run: (given: unknown) => given });
    assertEquals(await tool.call({ b: null }), { b: null });
    assertEquals(await tool.call({ a: undefined, b: "" }), { a: undefined, b: "" });
    await assertRejects(() => tool.call({ a: null, b: null }), ToolArgumentsError);
  }
});

Deno.test("Tool.call names the path of every problem", async () => {
  const tool = make({
    args: v.object({ list: v.array(v.object({ n: v.number() })), s: v.string() }),
  });
  const error = await assertRejects(
    () => tool.call({ list: [{ n: 1 }, { n: "a" }], s: 1 }),
    ToolArgumentsError,
  );
  assertStringIncludes(error.message, "list.1.n: ");
  assertStringIncludes(error.message, "; s: ");
});

Deno.test("Tool.call returns the result of run, rejects with its error, and passes the context", async () => {
  assertEquals(await make({ run: () => undefined }).call({}), undefined);
  assertEquals(await make({ run: () => Promise.resolve([1]) }).call({}), [1]);
  const signal = new RedirectError("No", "Say so");
  const fail = () => {
    throw signal;
  };
  assertEquals(await assertRejects(() => make({ run: fail }).call({}), RedirectError), signal);
  const seen = await make({ run: (_: unknown, context: unknown) => context }).call({}) as Record<
    string,
    unknown
  >;
  assertEquals([seen.context, seen.sessionId, seen.step], [undefined, "none", "none"]);
  assert(seen.signal instanceof AbortSignal && !seen.signal.aborted);
  const given = { context: { user: "Ada" }, sessionId: "s", callKey: "k" };
  const tool = make({ run: (_: unknown, context: unknown) => context });
  const told = await tool.call({}, given) as Record<string, unknown>;
  assertEquals([told.context, told.sessionId, told.callKey, told.step], [
    given.context,
    "s",
    "k",
    "none",
  ]);
});

Deno.test("Tool.call passes arguments that share no objects with those of the caller", async () => {
  const schema = v.object({
    list: v.array(v.string()),
    given: v.optional(v.array(v.string()), ["d"]),
  });
  const change = (args: { list: string[]; given: string[] }) => {
    args.list.push("changed");
    args.given.push("changed");
    return args;
  };
  for (const args of [schema, v.pipe(schema, v.check(() => true))]) {
    const tool = make({ args, run: change });
    const list = ["a"];
    for (let round = 0; round < 2; round++) {
      assertEquals(await tool.call({ list }), { list: ["a", "changed"], given: ["d", "changed"] });
    }
    assertEquals(list, ["a"]);
  }
});

Deno.test("Tool does not change with its options", async () => {
  const given = {
    name: "t",
    description: "d",
    args: v.object({ size: v.picklist(["small"]) }),
    run: () => "first",
    timeout: 5,
  };
  const tool = new Tool(given);
  Object.assign(given, { name: "u", run: () => "second", timeout: 0, args: v.object({}) });
  assertEquals([tool.name, tool.description, tool.timeout], ["t", "d", 5]);
  assertEquals(await tool.call({ size: "small" }), "first");
  await assertRejects(() => tool.call({ size: "large" }), ToolArgumentsError);
});

Deno.test("Agent accepts only a Tool as a tool, and one tool per name", () => {
  const build = (...tools: unknown[]) =>
    new Agent({
      name: "a",
      llm: new MockLLM(),
      start: "talk",
      steps: { talk: { description: "", tools: tools as AnyTool[] } },
    } as never);
  build(make({}), make({ name: "u" }));
  for (const tool of [{ ...make({}) }, {}, null, make, Object.create(make({}))]) {
    assertThrows(() => build(tool), GraphError, "expected a Tool");
  }
  assertThrows(() => build(make({}), make({})), GraphError, "expected one Tool object per name");
});

Deno.test("Tool reads only the own keys of its options as names", () => {
  const inherited = Object.create({ colour: "red" });
  const tool = new Tool(Object.assign(inherited, {
    name: "greet",
    description: "Greet the user",
    args: v.object({}),
    run: () => "Hello",
  }));
  assertEquals(tool.name, "greet");
});
