import { Agent, decide, MockLLM, type SessionEvent, Tool } from "@nomos/agent";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import * as v from "valibot";
import { callKeyOf, childIdOf } from "../../src/history/session_name.ts";
import { playWhole } from "../session/state_session.ts";

/** Fields of the usage of a child session. */
const CHILD_USAGE = ["cost?", "head?", "modelCalls?", "toolCalls?", "usage?"];

/** Fields of each type of event; those with `?` may be absent. */
const FIELDS: Readonly<Record<SessionEvent["type"], readonly string[]>> = {
  user: ["text"],
  data_set: ["data"],
  decision: ["cost?", "decision", "model?", "prompt?", "step", "timing?", "usage?"],
  tool_started: ["call", "callKey", "tool", "wasDeferred?"],
  tool_deferred: ["call", "callKey", "tool"],
  tool_suspended: [...CHILD_USAGE, "call", "callKey", "isWaiting?", "tool"],
  approval_requested: [
    ...CHILD_USAGE,
    "alsoIn?",
    "args",
    "call",
    "callKey",
    "childSeq?",
    "expiresAt?",
    "hash",
    "isInput?",
    "reason",
    "tool",
  ],
  approval_given: ["args?", "call", "callKey", "isInput?", "text?", "verdict"],
  tool_finished: [...CHILD_USAGE, "args?", "call", "callKey", "data?", "outcome", "text", "tool"],
  moved: ["from", "to"],
  error: [
    ...["attempt?", "cost?", "message", "model?", "output", "path", "prompt?", "step", "timing?"],
    "usage?",
  ],
  model_failed: ["code", "cost?", "prompt?", "step", "timing?", "usage"],
  embedded: ["cost?", "model?", "step", "texts", "usage"],
  summary: [
    ...["cost?", "covered", "first?", "model?", "reason", "shortened?", "step", "text?", "until"],
    "timing?",
    "usage?",
  ],
  respond_only: ["reason"],
  limit: ["cost?", "limit?", "reason", "scope?", "usage?", "used?"],
  ended: [],
};

Deno.test("SessionEvent, has exactly the fields of its type", async () => {
  const { events } = await playWhole();
  for (const event of events) {
    const fields = FIELDS[event.type];
    const required = fields.filter((field) => !field.endsWith("?"));
    const allowed = fields.map((field) => field.replace("?", "")).concat(
      "seq",
      "time",
      "joined",
      "type",
    );
    const keys = Object.keys(event);
    assertEquals(keys.filter((key) => !allowed.includes(key)), [], event.type);
    assertEquals(required.filter((field) => !keys.includes(field)), [], event.type);
    assertEquals(Object.values(event).includes(undefined as never), false, event.type);
  }
});

Deno.test("SessionEvent, every started call has one end, with the same key and tool", async () => {
  const { events } = await playWhole();
  const started = events.filter((event) => event.type === "tool_started");
  const finished = events.filter((event) => event.type === "tool_finished");
  const named = (events: readonly SessionEvent<"tool_started" | "tool_finished">[]) =>
    events.map(({ callKey, tool }) => `${callKey} ${tool}`).toSorted();
  assertEquals(named(finished), named(started));
  assertEquals(new Set(started.map(({ callKey }) => callKey)).size, started.length);
});

Deno.test("callKeyOf, names session, incarnation, decision and call; other calls have other keys", () => {
  const s = { id: "s", incarnation: "i" };
  assertEquals(callKeyOf(s, 4, 0), "s~i/4/0");
  assertEquals(callKeyOf({ id: "s", incarnation: undefined }, 4, 0), "s/4/0");
  assertNotEquals(callKeyOf(s, 4, 0), callKeyOf(s, 4, 1));
  assertNotEquals(callKeyOf(s, 4, 0), callKeyOf(s, 40, 0));
  assertNotEquals(callKeyOf(s, 4, 0), callKeyOf({ ...s, incarnation: "j" }, 4, 0));
});

Deno.test("childIdOf, names the incarnation instead of the id, so that ids do not grow", () => {
  assertEquals(childIdOf({ id: "s".repeat(998), incarnation: "i" }, 4, 0), "i/4/0");
  assertEquals(childIdOf({ id: "s", incarnation: undefined }, 4, 0), "s/4/0");
});

Deno.test("ToolContext.callKey, is the key of the started event", async () => {
  const keys: string[] = [];
  const tool = new Tool({
    name: "t",
    description: "T",
    args: v.object({}),
    run: (_, { callKey }) => void keys.push(callKey),
  });
  const llm = new MockLLM([
    decide.calls([{ tool: "t", args: {} }, { tool: "t", args: {} }]),
    decide.respond("x"),
  ]);
  const steps = { a: { description: "A", tools: [tool] } };
  const agent = new Agent({ name: "test", llm, start: "a", steps, ids: () => "s" });
  const { events, toolResults } = await agent.createSession().next("Hi");
  assertEquals(keys, ["s~s/1/0", "s~s/1/1"]);
  assertEquals(toolResults.map(({ callKey }) => callKey), keys);
  assertEquals(
    events.flatMap((event) => event.type === "tool_started" ? [event.callKey] : []),
    keys,
  );
});

Deno.test("SessionEvent, has the decision without the nulls of the wire", async () => {
  const tool = new Tool({
    name: "t",
    description: "T",
    args: v.object({ size: v.optional(v.string()), note: v.nullable(v.string()) }),
    run: () => "",
  });
  const llm = new MockLLM([
    decide.call("t", { size: null, note: null }),
    decide.end(),
  ]);
  const steps = { a: { description: "A", tools: [tool] } };
  const turn = await new Agent({ name: "test", llm, start: "a", steps }).createSession().next("Hi");
  assertEquals(turn.decisions, [
    { action: "TOOL_CALL", calls: [{ tool: "t", args: { note: null } }], reasoning: [] },
    { action: "END", reasoning: [] },
  ]);
});

Deno.test("SessionEvent, shares no objects with the model's output", async () => {
  const args = { list: [{ n: 1 }] };
  const response = { list: [1] };
  const tool = new Tool({
    name: "t",
    description: "T",
    args: v.object({ list: v.array(v.object({ n: v.number() })) }),
    run: (given) => {
      given.list.push({ n: 9 });
      return "";
    },
  });
  const answer = v.object({ list: v.array(v.number()) });
  const llm = new MockLLM([decide.call("t", args), decide.respond(response)]);
  const steps = { a: { description: "A", tools: [tool], answer } };
  const session = new Agent({ name: "test", llm, start: "a", steps }).createSession();
  const turn = await session.next("Hi");
  const text = JSON.stringify(session.state);
  args.list[0]!.n = 5;
  response.list.push(5);
  (turn.response as { list: number[] }).list.push(7);
  assertEquals(JSON.stringify(session.state), text);
  assert(!text.includes("9]") && text.includes('"list":[{"n":1}]'));
});
