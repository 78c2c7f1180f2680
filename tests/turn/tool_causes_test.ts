import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import {
  Agent,
  type AnyTool,
  decide,
  MockLLM,
  RedirectError,
  type Session,
  Tool,
} from "@nomos/agent";
import type { ObservedToolError, Observer } from "@nomos/agent/observer";
import * as v from "valibot";

const KEY = "sk-abcdefghijklmnop1234567890";

function failingTool(run: () => unknown): AnyTool<unknown> {
  return new Tool({ name: "fail", description: "Fail", args: v.object({}), run });
}

function play(tool: AnyTool<unknown>, observers: readonly Observer[] = []) {
  const llm = new MockLLM([decide.call("fail"), decide.respond("Sorry"), decide.respond("Bye")]);
  const agent = new Agent({
    name: "tested",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [tool] } },
    observers,
  });
  const session: Session = agent.createSession();
  return { llm, session };
}

function crash(): never {
  return (undefined as unknown as { y: never }).y;
}

Deno.test("what a tool threw reaches its author with its stack, the model and the log get its message", async () => {
  const seen: ObservedToolError[] = [];
  const types: string[] = [];
  const observer: Observer = {
    beginTurn: () => ({
      onToolError: (error) => {
        types.push("onToolError");
        seen.push(error);
      },
      onEvent: ({ type }) => void types.push(type),
    }),
  };
  const { llm, session } = play(failingTool(crash), [observer]);
  const turn = await session.next("Hi");
  const [result] = turn.toolResults;
  assert(result!.cause instanceof TypeError);
  assertStringIncludes(result!.cause.stack!, "crash");
  assertEquals(result!.text, result!.cause.message);
  assertEquals(seen, [{ tool: "fail", callKey: result!.callKey, error: result!.cause }]);
  assert(types.indexOf("onToolError") < types.indexOf("tool_finished"));
  const told = JSON.stringify(llm.requests.at(-1)!.messages);
  assertStringIncludes(told, "Cannot read properties of undefined");
  assertFalse(told.includes("tool_causes_test"));
  assertFalse(JSON.stringify(session.state).includes("cause"));
  // A later turn has causes of its own.
  assertEquals((await session.next("Bye")).toolResults, []);
  assertEquals(turn.toolResults[0]!.cause, result!.cause);
});

Deno.test("every value that a tool throws is a cause, also a redirect and a rejection", async () => {
  const thrown = [new RedirectError("closed", "Come back"), "text", 5, null, { code: 1 }];
  for (const value of thrown) {
    for (
      const run of [() => Promise.reject(value), () => {
        throw value;
      }]
    ) {
      const { session } = play(failingTool(run));
      const [result] = (await session.next("Hi")).toolResults;
      assertEquals(result!.cause, value);
    }
  }
  const { session } = play(failingTool(() => "fine"));
  assertFalse("cause" in (await session.next("Hi")).toolResults[0]!);
});

Deno.test("a response that a tool throws is shown with its status and body", async () => {
  const { session } = play(failingTool(() => {
    throw new Response("no such order", { status: 404, statusText: "Not Found" });
  }));
  const [result] = (await session.next("Hi")).toolResults;
  assertEquals([result!.outcome, result!.text], ["error", "HTTP 404 Not Found\nno such order"]);
  assert(result!.cause instanceof Response);
});

Deno.test("keys in the message of a tool's error are redacted for the model and the log, not for the author", async () => {
  const { llm, session } = play(failingTool(() => {
    throw new Error(`the server refused the key ${KEY}`);
  }));
  const [result] = (await session.next("Hi")).toolResults;
  assertEquals(result!.text, "the server refused the key [redacted]");
  assertStringIncludes((result!.cause as Error).message, KEY);
  assertFalse(JSON.stringify([llm.requests, session.state]).includes(KEY));
});

Deno.test("the failure of whenUnknown is a warning for the author", async () => {
  const warnings: string[] = [];
  const abort = new AbortController();
  const tool = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({}),
    once: true,
    run: () => {
      abort.abort();
      return new Promise(() => {});
    },
    whenUnknown: () => {
      throw new Error("the bank is closed");
    },
  });
  const agent = new Agent({
    name: "tested",
    llm: new MockLLM([decide.call("pay")]),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [tool] } },
    onWarning: (warning) => void warnings.push(warning),
  });
  const session = agent.createSession();
  await session.next("Hi", { signal: abort.signal });
  const turn = await session.resume();
  assertEquals([turn.status, turn.approvals.length], ["needs_approval", 1]);
  assertEquals(warnings, [
    'Cannot look up the outcome of a call of tool "pay": "whenUnknown" threw: the bank is closed',
  ]);
});

Deno.test("calls that wait for a person are frozen, because they run as they are shown", async () => {
  const seen: unknown[] = [];
  const tool = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({ to: v.object({ name: v.string() }) }),
    needsApproval: true,
    run: (args) => void seen.push(args),
  });
  const agent = new Agent({
    name: "tested",
    llm: new MockLLM([decide.call("pay", { to: { name: "ann" } }), decide.respond("ok")]),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [tool] } },
  });
  const session = agent.createSession();
  const [waiting] = (await session.next("Pay")).approvals;
  assert(Object.isFrozen(waiting!.args.to));
  assert(Object.isFrozen(session.approvals[0]!.args));
  await session.approve(waiting!.callKey, { hash: waiting!.hash });
  assertEquals(seen, [{ to: { name: "ann" } }]);
});
