import { assertEquals, assertNotEquals } from "@std/assert";
import {
  constrain,
  type Constraint,
  constraintKey,
  type LegalActions,
} from "../../src/decision/legal_actions.ts";

const legal: LegalActions = {
  actions: ["RESPOND", "TOOL_CALL", "MOVE", "END"],
  routes: ["a", "b"],
  tools: ["t", "u"],
};

Deno.test("constrain leaves everything legal without a constraint", () => {
  assertEquals(constrain(legal, undefined), legal);
});

Deno.test("constrain leaves only what was attempted", () => {
  const cases: [constraint: Constraint, left: LegalActions][] = [
    [{ action: "RESPOND", failures: 1 }, { actions: ["RESPOND"], routes: [], tools: [] }],
    [{ action: "END", failures: 1 }, { actions: ["END"], routes: [], tools: [] }],
    [{ action: "MOVE", failures: 1 }, { actions: ["MOVE"], routes: ["a", "b"], tools: [] }],
    [{ action: "TOOL_CALL", failures: 1 }, {
      actions: ["TOOL_CALL"],
      routes: [],
      tools: ["t", "u"],
    }],
    [{ action: "TOOL_CALL", tools: ["u"], failures: 1 }, {
      actions: ["TOOL_CALL"],
      routes: [],
      tools: ["u"],
    }],
  ];
  for (const [constraint, left] of cases) assertEquals(constrain(legal, constraint), left);
});

Deno.test("constrain lets the model answer after two failures, where answers are legal", () => {
  const constraint: Constraint = { action: "MOVE", failures: 2 };
  assertEquals(constrain(legal, constraint).actions, ["RESPOND", "MOVE"]);
  assertEquals(constrain(legal, { action: "RESPOND", failures: 5 }).actions, ["RESPOND"]);
  const auto = { ...legal, actions: ["TOOL_CALL", "MOVE"] } as const;
  assertEquals(constrain(auto, constraint).actions, ["MOVE"]);
});

Deno.test("constrain does not name a tool that is no longer legal", () => {
  const gone: Constraint = { action: "TOOL_CALL", tools: ["gone", "u"], failures: 1 };
  assertEquals(constrain(legal, gone).tools, ["u"]);
  assertEquals(constrain(legal, { ...gone, tools: ["gone"] }).tools, ["t", "u"]);
  assertEquals(constrain(legal, { ...gone, tools: [] }).tools, ["t", "u"]);
});

Deno.test("constrain does not constrain to an action that is no longer legal", () => {
  const closed: LegalActions = { actions: ["RESPOND", "END"], routes: [], tools: [] };
  assertEquals(constrain(closed, { action: "MOVE", failures: 1 }), closed);
  assertEquals(constrain(closed, { action: "TOOL_CALL", tools: ["t"], failures: 9 }), closed);
});

Deno.test("constraintKey is equal exactly where constraints leave the same", () => {
  const constraints: (Constraint | undefined)[] = [
    undefined,
    ...(["RESPOND", "TOOL_CALL", "MOVE", "END"] as const).flatMap((action) => [
      { action, failures: 1 },
      { action, failures: 2 },
    ]),
    { action: "TOOL_CALL", tools: ["t"], failures: 1 },
    { action: "TOOL_CALL", tools: ["t"], failures: 2 },
    { action: "TOOL_CALL", tools: ["t", "u"], failures: 1 },
    { action: "TOOL_CALL", tools: ["t-u"], failures: 1 },
  ];
  const keys = constraints.map(constraintKey);
  assertEquals(new Set(keys).size, keys.length);
  assertEquals(
    constraintKey({ action: "MOVE", failures: 2 }),
    constraintKey({ action: "MOVE", failures: 9 }),
  );
  assertNotEquals(constraintKey({ action: "MOVE", failures: 0 }), "");
});
