import { Agent, decide, LLMError, MockLLM, Tool } from "@nomos/agent";
import { otel } from "@nomos/agent/otel";
import { SpanStatusCode } from "@opentelemetry/api";
import { assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { MemoryTracing } from "./memory_tracing.ts";

/** Creates an agent that calls a clerk as a tool. The clerk's tool needs approval. */
function bossOf(clerkModel: MockLLM): Agent<Record<"work", unknown>> {
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({}),
    needsApproval: true,
    run: () => "paid",
  });
  const clerk = new Agent<Record<"work", unknown>>({
    name: "clerk",
    ids: () => "clerk",
    llm: clerkModel,
    observers: [otel()],
    start: "work",
    steps: { work: { description: "Work", tools: [pay] } },
  });
  return new Agent<Record<"work", unknown>>({
    name: "boss",
    ids: () => "boss",
    llm: new MockLLM([decide.call("ask_clerk", { input: "Pay" }), decide.respond("done")]),
    observers: [otel()],
    start: "work",
    steps: {
      work: {
        description: "Work",
        tools: [clerk.asTool({ name: "ask_clerk", description: "Have it paid" })],
      },
    },
  });
}

const BOSS = "invoke_agent boss";
const CLERK = `${BOSS} > execute_tool ask_clerk > invoke_agent clerk`;

Deno.test("otel, makes the turn of a child agent a child span of the tool call", async () => {
  using tracing = new MemoryTracing();
  const boss = bossOf(new MockLLM([decide.call("pay"), decide.respond("paid")]));
  const session = boss.createSession({ id: "s" });
  await session.next("Go");
  const first = [
    BOSS,
    `${BOSS} > chat mock`,
    `${BOSS} > execute_tool ask_clerk`,
    CLERK,
    `${CLERK} > chat mock`,
  ];
  assertEquals(tracing.tree, first);
  const call = tracing.span("execute_tool ask_clerk");
  assertEquals(call.attributes["nomos.outcome"], "needs_approval");
  // A call that waits for approval has not failed.
  assertEquals(tracing.spans.map(({ status }) => status.code), first.map(() => 0));
  await session.approve("boss/1/0/1/0");
  assertEquals(tracing.tree.slice(first.length), [
    BOSS,
    `${BOSS} > execute_tool ask_clerk`,
    CLERK,
    `${CLERK} > execute_tool pay`,
    `${CLERK} > chat mock`,
    `${BOSS} > chat mock`,
  ]);
  assertEquals(tracing.spans.map(({ ends }) => ends), tracing.spans.map(() => 1));
  const clerks = tracing.spans.filter(({ name }) => name === "invoke_agent clerk");
  assertEquals(clerks.map(({ attributes }) => attributes["gen_ai.conversation.id"]), [
    "boss/1/0",
    "boss/1/0",
  ]);
});

Deno.test("otel, does not mark the call of a child agent as failed if it was stopped", async () => {
  using tracing = new MemoryTracing();
  const controller = new AbortController();
  const boss = bossOf(
    new MockLLM([() => {
      controller.abort();
      return decide.respond("too late");
    }]),
  );
  await boss.createSession().next("Go", { signal: controller.signal });
  const { status, attributes, ends } = tracing.span("execute_tool ask_clerk");
  assertEquals([status.code, attributes["nomos.outcome"], ends], [
    SpanStatusCode.UNSET,
    "interrupted",
    1,
  ]);
});

Deno.test("otel, marks the call of a child agent as failed if the child's turn throws", async () => {
  using tracing = new MemoryTracing();
  const broken = new MockLLM([() => {
    throw new LLMError("down", { isRetryable: true });
  }]);
  await assertRejects(() => bossOf(broken).next("Go"), LLMError);
  const { status, attributes, ends } = tracing.span("execute_tool ask_clerk");
  assertEquals([status.code, attributes["error.type"], ends], [
    SpanStatusCode.ERROR,
    "LLM_FAILED",
    1,
  ]);
});
