/** The context of a session is validated by the schemas of its agent and its tools. */
import { Agent, ConfigError, decide, MockLLM, Tool } from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { explore } from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";

const pay = new Tool({
  name: "pay",
  description: "Pay",
  args: v.object({}),
  context: v.object({ cart: v.array(v.string()), currency: v.optional(v.string(), "EUR") }),
  guard: ({ context }) => context.cart.length > 0,
  needsApproval: (_, { context }) => context.cart.length > 5,
  run: (_, { context }) => `${context.cart.length} ${context.currency}`,
});

function agentOf(context = z.object({ cart: z.array(z.string()), user: z.string() })) {
  return new Agent({
    name: "shop",
    llm: new MockLLM([decide.call("pay"), decide.respond("Paid")]),
    start: "talk",
    context,
    steps: {
      talk: {
        description: "Talk",
        tools: [pay],
        routes: { talk: { when: "again", guard: ({ context }) => context.user !== "" } },
      },
    },
  });
}

const good = { cart: ["tea"], user: "Ada" };

Deno.test("createSession, passes on a context that satisfies all schemas, without transforming it", async () => {
  const session = agentOf().createSession({ context: good });
  const turn = await session.next("Pay");
  assertEquals(turn.toolResults.map(({ text }) => text), ["1 undefined"]);
});

Deno.test("createSession and openSession, refuse a context with the path and the owner of the schema", async () => {
  const agent = agentOf();
  const cases: [context: unknown, message: string][] = [
    [{ cart: [] }, "context.user does not satisfy the context schema of agent"],
    [{ cart: [5], user: "Ada" }, "context.cart.0 does not satisfy the context schema of agent"],
    [undefined, "context does not satisfy the context schema of agent"],
    [
      { ...good, currency: 5 },
      'context.currency does not satisfy the context schema of tool "pay": ',
    ],
  ];
  const store = memoryStore();
  for (const [context, message] of cases) {
    const given = { context } as never;
    assertThrows(() => agent.createSession(given), ConfigError, `Cannot create a session: `);
    assertThrows(() => agent.createSession(given), ConfigError, message);
    await assertRejects(
      () => agent.openSession("s", { store, ...given as object } as never),
      ConfigError,
      message,
    );
    await assertRejects(() => agent.next("Hi", undefined, given), ConfigError, message);
  }
  await agent.openSession("s", { store, context: good });
  await assertRejects(
    () => agent.createSession({ context: good }).fork({ context: { cart: 5 } }),
    ConfigError,
    "context.cart",
  );
});

Deno.test("createSession, refuses a schema that throws or is asynchronous", () => {
  const broken = v.custom(() => {
    throw new Error("out of order");
  });
  assertThrows(
    () => agentOf(broken as never).createSession({ context: good }),
    ConfigError,
    'the context schema of agent "shop" threw: out of order',
  );
  const late = v.pipeAsync(v.any(), v.checkAsync(() => Promise.reject(new Error("late"))));
  assertThrows(
    () => agentOf(late as never).createSession({ context: good }),
    ConfigError,
    'the context schema of agent "shop" is asynchronous: expected a synchronous schema',
  );
  assertThrows(() => agentOf(5 as never), ConfigError, "context is 5: expected a Standard Schema");
});

Deno.test("explore, plays an agent whose context has a schema, without a context", async () => {
  assert((await explore(agentOf())).problems.length === 0);
});
