import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import type { DecisionProblem, DecisionReading } from "../../src/decision/read_decision.ts";
import { decisionSchema, readNow } from "../schema/fixture.ts";

const args = v.object({
  size: v.optional(v.picklist(["small", "large"])),
  count: v.optional(v.number(), 1),
});

const full = decisionSchema({
  respond: true,
  tools: { get_menu: args, brew: v.strictObject({ drink: v.string() }) },
  routes: ["order", "bye"],
  end: true,
  suggestions: true,
  reasoning: true,
});

/** Reads a decision, as text and as a parsed value, and asserts equal readings. */
function read(decision: unknown, schema = full): DecisionReading {
  const output = schema.json.properties && "reasoning" in (schema.json.properties as object)
    ? { reasoning: [], decision }
    : { decision };
  const reading = readNow(schema, JSON.stringify(output));
  assertEquals(readNow(schema, JSON.parse(JSON.stringify(output))), reading);
  return reading;
}

function accepted(decision: unknown, schema = full): DecisionReading & { success: true } {
  const reading = read(decision, schema);
  assert(reading.success, JSON.stringify(reading));
  return reading;
}

function problem(decision: unknown, schema = full): DecisionProblem {
  const reading = read(decision, schema);
  assert(!reading.success, `Expected a problem of ${JSON.stringify(decision)?.slice(0, 200)}`);
  return reading.problem;
}

function call(tool: unknown, args: unknown = {}): unknown {
  return { action: "TOOL_CALL", calls: [{ tool, args }] };
}

Deno.test("DecisionSchema reads every legal decision, without nulls that mean absent", () => {
  assertEquals(accepted({ action: "RESPOND", response: "Hi", suggestions: ["a"] }), {
    success: true,
    value: { action: "RESPOND", response: "Hi", suggestions: ["a"], reasoning: [] },
    args: [],
    response: "Hi",
  });
  assertEquals(accepted({ action: "RESPOND", response: "", suggestions: null }).value, {
    action: "RESPOND",
    response: "",
    reasoning: [],
  });
  assertEquals(accepted({ action: "RESPOND", response: "Hi" }).response, "Hi");
  assertEquals(accepted({ action: "MOVE", step: "order" }), {
    success: true,
    value: { action: "MOVE", step: "order", reasoning: [] },
    args: [],
    response: undefined,
  });
  for (const end of [{ action: "END" }, { action: "END", response: null }]) {
    assertEquals(accepted(end), {
      success: true,
      value: { action: "END", reasoning: [] },
      args: [],
      response: undefined,
    });
  }
  assertEquals(accepted({ action: "END", response: "Bye" }).value, {
    action: "END",
    response: "Bye",
    reasoning: [],
  });
  const calls = [{ tool: "get_menu", args: { size: null, count: null } }, {
    tool: "brew",
    args: { drink: "tea" },
  }];
  assertEquals(accepted({ action: "TOOL_CALL", calls }), {
    success: true,
    value: {
      action: "TOOL_CALL",
      calls: [{ tool: "get_menu", args: {} }, { tool: "brew", args: { drink: "tea" } }],
      reasoning: [],
    },
    args: [{ count: 1 }, { drink: "tea" }],
    response: undefined,
  });
});

Deno.test("DecisionSchema keeps the reasoning, and accepts an output without it", () => {
  const decision = { action: "MOVE", step: "bye" };
  const reading = readNow(full, { reasoning: ["a", "b"], decision });
  assert(reading.success);
  assertEquals(reading.value.reasoning, ["a", "b"]);
  for (const reasoning of [undefined, null, []]) {
    const without = readNow(full, JSON.stringify({ reasoning, decision }));
    assert(without.success);
    assertEquals(without.value.reasoning, []);
  }
  for (const reasoning of ["a", [1], {}]) {
    const refused = readNow(full, JSON.stringify({ reasoning, decision }));
    assert(!refused.success);
    assertMatch(refused.problem.path, /^reasoning/);
  }
  const off = decisionSchema({ routes: ["bye"] });
  assertEquals(accepted(decision, off).value.reasoning, []);
  const extra = readNow(off, JSON.stringify({ reasoning: [], decision }));
  assertEquals(extra.success, false);
});

Deno.test("DecisionSchema refuses outputs that are not an object with a decision", () => {
  const texts = ["", "   ", "null", "[]", "true", "0", '"RESPOND"', "{}", '{"decision":{}}'];
  const values = [undefined, null, [], true, 0, Number.NaN, 1n, Symbol("a"), () => 1, new Map()];
  for (const output of [...texts, ...values]) {
    const reading = readNow(full, output);
    assert(!reading.success);
    assert(reading.problem.message.length > 0);
    assertEquals(reading.problem.attempt, undefined);
  }
  for (const decision of [undefined, null, [], "MOVE", 1, true, {}, { action: null }]) {
    assertEquals(problem(decision).attempt, undefined);
  }
});

Deno.test("DecisionSchema refuses unknown and misspelled actions", () => {
  const actions = ["respond", "RESPOND ", "Respond", "RESP", "", "constructor", "__proto__", 1];
  for (const action of actions) {
    const { path, message, attempt } = problem({ action, response: "Hi" });
    assertEquals([path, attempt], ["decision.action", undefined]);
    assertStringIncludes(message, "RESPOND");
  }
});

Deno.test("DecisionSchema refuses actions that are not legal in the step", () => {
  const decisions = [
    { action: "RESPOND", response: "Hi" },
    call("get_menu"),
    { action: "MOVE", step: "order" },
    { action: "END", response: null },
  ];
  const schemas = [
    decisionSchema({ respond: true }),
    decisionSchema({ tools: { get_menu: args } }),
    decisionSchema({ routes: ["order"] }),
    decisionSchema({ end: true }),
  ];
  for (const [at, schema] of schemas.entries()) {
    for (const [index, decision] of decisions.entries()) {
      if (index === at) accepted(decision, schema);
      else assertEquals(problem(decision, schema).attempt, undefined);
    }
  }
});

Deno.test("DecisionSchema refuses tools that are not offered, even with similar names", () => {
  const names = [
    "unknown",
    "",
    "get_menu ",
    " get_menu",
    "Get_Menu",
    "get-menu",
    "gеt_menu",
    "get_menu\u200b",
    "get\u00ad_menu",
    "ｇet_menu",
    "get_menu\0",
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    null,
    1,
    ["get_menu"],
    {},
  ];
  for (const name of names) {
    const { path, message, attempt } = problem(call(name));
    assertEquals(path, "decision.calls.0.tool");
    assertStringIncludes(message, "get_menu");
    assertEquals(attempt, { action: "TOOL_CALL" });
  }
});

Deno.test("DecisionSchema refuses moves to steps that are not routes", () => {
  for (const step of ["", "greet", "order ", "Order", "оrder", "__proto__", null, ["order"], {}]) {
    const { path, message, attempt } = problem({ action: "MOVE", step });
    assertEquals([path, attempt], ["decision.step", { action: "MOVE" }]);
    assertStringIncludes(message, "order");
  }
  assertEquals(problem({ action: "MOVE" }).path, "decision.step");
});

Deno.test("DecisionSchema refuses arguments that are not an object", () => {
  for (const args of ["{}", "", [], [{}], null, 1, true]) {
    const { path, message, attempt } = problem(call("get_menu", args));
    assertEquals(path, "decision.calls.0.args");
    assertStringIncludes(message, "Expected Object");
    assertEquals(attempt, { action: "TOOL_CALL", tools: ["get_menu"] });
  }
  const missing = { action: "TOOL_CALL", calls: [{ tool: "get_menu" }] };
  assertEquals(problem(missing).path, "decision.calls.0.args");
});

Deno.test("DecisionSchema refuses arguments that the tool's schema refuses, with their path", () => {
  const size = problem(call("get_menu", { size: "huge", count: null }));
  assertEquals(size.path, "decision.calls.0.args.size");
  assertStringIncludes(size.message, '("small" | "large")');
  assertStringIncludes(size.message, '"huge"');
  assertEquals(size.attempt, { action: "TOOL_CALL", tools: ["get_menu"] });
  const both = problem(call("get_menu", { size: 1, count: "a" }));
  assertMatch(both.message, /\(and 1 more\)$/);
  assertEquals(problem(call("brew")).path, "decision.calls.0.args.drink");
  assertEquals(problem(call("brew", { drink: "tea", more: 1 })).path, "decision.calls.0.args.more");
  const second = problem({
    action: "TOOL_CALL",
    calls: [{ tool: "get_menu", args: {} }, { tool: "brew", args: { drink: null } }],
  });
  assertEquals(second.path, "decision.calls.1.args.drink");
  assertEquals(second.attempt, { action: "TOOL_CALL", tools: ["brew"] });
});

Deno.test("DecisionSchema passes no unlisted argument to a tool", () => {
  const reading = read(call("get_menu", { size: "small", admin: true }));
  if (reading.success) assertEquals(reading.args, [{ size: "small", count: 1 }]);
  const polluted = read(JSON.parse(
    '{"action":"TOOL_CALL","calls":[{"tool":"get_menu","args":{"__proto__":{"admin":true}}}]}',
  ));
  if (polluted.success) assertEquals(polluted.args, [{ count: 1 }]);
  const inherited = JSON.parse('{"__proto__":{"drink":"tea"}}');
  assertEquals(problem(call("brew", inherited)).path, "decision.calls.0.args.drink");
  problem(call("brew", JSON.parse('{"drink":"tea","constructor":{"prototype":{"admin":true}}}')));
  problem(call("brew", JSON.parse('{"drink":"tea","__proto__":{"admin":true}}')));
  assertEquals(({} as { admin?: boolean }).admin, undefined);
});

Deno.test("DecisionSchema accepts from 1 to 16 calls", () => {
  const calls = (count: number) => ({
    action: "TOOL_CALL",
    calls: Array.from({ length: count }, () => ({ tool: "get_menu", args: {} })),
  });
  assertEquals(accepted(calls(16)).args.length, 16);
  for (const count of [0, 17, 500]) {
    const { path, attempt } = problem(calls(count));
    assertEquals(path, "decision.calls");
    assertEquals(attempt?.action, "TOOL_CALL");
  }
  for (const calls of [null, {}, "get_menu", { length: 1, 0: {} }]) {
    assertEquals(problem({ action: "TOOL_CALL", calls }).path, "decision.calls");
  }
});

Deno.test("DecisionSchema refuses extra keys in every object of a decision", () => {
  const keys = ["extra", "response", "constructor", "toString", "__proto__", ""];
  for (const key of keys) {
    const extra = Object.fromEntries([[key, null]]);
    const decision = { action: "MOVE", step: "order" };
    assertEquals(problem({ ...decision, ...extra }).path, `decision.${key}`);
    assertEquals(problem({ ...call("get_menu") as object, ...extra }).path, `decision.${key}`);
    const calls = [{ tool: "get_menu", args: {}, ...extra }];
    assertEquals(problem({ action: "TOOL_CALL", calls }).path, `decision.calls.0.${key}`);
    const root = readNow(full, JSON.stringify({ reasoning: [], decision, ...extra }));
    assert(!root.success);
    assertEquals(root.problem.path, key);
  }
  const off = decisionSchema({ respond: true });
  const suggested = { action: "RESPOND", response: "Hi", suggestions: [] };
  assertEquals(problem(suggested, off).path, "decision.suggestions");
});

Deno.test("DecisionSchema refuses responses and suggestions of other types", () => {
  for (const response of [undefined, null, 1, {}, ["Hi"]]) {
    const { path, attempt } = problem({ action: "RESPOND", response });
    assertEquals([path, attempt], ["decision.response", { action: "RESPOND" }]);
  }
  assertMatch(
    problem({ action: "RESPOND", response: "", suggestions: [1] }).path,
    /suggestions\.0$/,
  );
  assertMatch(problem({ action: "RESPOND", response: "", suggestions: "a" }).path, /suggestions$/);
  assertEquals(problem({ action: "END", response: 1 }).path, "decision.response");
});

Deno.test("DecisionSchema lists the legal tools of an attempt once, sorted", () => {
  const calls = ["get_menu", "unknown", "brew", "get_menu", "constructor"].map((tool) => ({
    tool,
    args: {},
  }));
  assertEquals(problem({ action: "TOOL_CALL", calls }).attempt, {
    action: "TOOL_CALL",
    tools: ["brew", "get_menu"],
  });
});

Deno.test("DecisionSchema refuses values that JSON would change", () => {
  const deep: unknown[] = [];
  let inner = deep;
  for (let level = 0; level < 1e5; level++) inner.push(inner = []);
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const values = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    undefined,
    1n,
    new Date(0),
    deep,
    cyclic,
  ];
  for (const size of values) {
    const reading = readNow(full, { reasoning: [], decision: call("get_menu", { size }) });
    assert(!reading.success);
    assertStringIncludes(reading.problem.path, "decision.calls.0.args");
    assertEquals(reading.problem.attempt, { action: "TOOL_CALL", tools: ["get_menu"] });
  }
});

Deno.test("DecisionSchema refuses endlessly nested values of a recursive schema", () => {
  const node: v.GenericSchema = v.object({ next: v.optional(v.lazy(() => node)) });
  const schema = decisionSchema({ tools: { t: node }, answer: node });
  const deep: Record<string, unknown> = {};
  let inner = deep;
  for (let level = 0; level < 1e5; level++) inner = (inner.next = {}) as typeof inner;
  const cyclic: Record<string, unknown> = {};
  cyclic.next = cyclic;
  for (const value of [deep, cyclic]) {
    const asArgs = readNow(schema, { decision: call("t", value) });
    assert(!asArgs.success);
    assertEquals(asArgs.problem.attempt, { action: "TOOL_CALL", tools: ["t"] });
    const asAnswer = readNow(schema, { decision: { action: "RESPOND", response: value } });
    assert(!asAnswer.success);
    assertEquals(asAnswer.problem.attempt, { action: "RESPOND" });
  }
});

Deno.test("DecisionSchema returns decisions that later changes of the output do not affect", () => {
  const output = {
    reasoning: ["why"],
    decision: { action: "TOOL_CALL", calls: [{ tool: "brew", args: { drink: "tea" } }] },
  };
  const reading = readNow(full, output);
  assert(reading.success);
  const before = JSON.stringify(reading);
  output.reasoning.push("changed");
  output.decision.calls[0]!.args.drink = "changed";
  output.decision.calls.push(output.decision.calls[0]!);
  assertEquals(JSON.stringify(reading), before);
  (reading.args[0] as { drink: string }).drink = "changed";
  assertEquals(JSON.stringify(reading.value).includes("changed"), false);
});
