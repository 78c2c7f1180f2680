/** The async context in which tools run. */
import { AsyncLocalStorage } from "node:async_hooks";
import { Agent, decide, MockLLM, type Session, Tool } from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { assertEquals } from "@std/assert";
import * as v from "valibot";

/** A session whose tool records the tenant that it sees. */
function observed(isDurable: boolean) {
  const tenant = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    async *run() {
      seen.push(tenant.getStore());
      yield "looking";
      await Promise.resolve();
      seen.push(tenant.getStore());
    },
  });
  const agent = new Agent({
    name: "looker",
    llm: new MockLLM([decide.call("look"), decide.respond("ok")], { chunkLength: 4 }),
    start: "look",
    steps: { look: { description: "Look", tools: [look] } },
  });
  const open = (): Promise<Session> =>
    isDurable
      ? agent.openSession("s", { store: memoryStore(), whenBusy: "wait" })
      : Promise.resolve(agent.createSession());
  return { tenant, seen, open };
}

for (const isDurable of [false, true]) {
  const kind = isDurable ? "a stored session" : "a session in memory";
  Deno.test(`tools of ${kind} run in the async context of stream(), wherever it is read`, async () => {
    const { tenant, seen, open } = observed(isDurable);
    const session = await open();
    const stream = tenant.run("maker", () => session.stream("Hi"));
    await tenant.run("reader", () => Array.fromAsync(stream));
    assertEquals(seen, ["maker", "maker"]);
  });

  Deno.test(`tools of ${kind} run in the async context of stream() if only its turn is awaited`, async () => {
    const { tenant, seen, open } = observed(isDurable);
    const session = await open();
    const stream = tenant.run("maker", () => session.stream("Hi"));
    await stream.turn;
    assertEquals(seen, ["maker", "maker"]);
  });

  Deno.test(`tools of ${kind} run in the async context of next()`, async () => {
    const { tenant, seen, open } = observed(isDurable);
    const session = await open();
    await tenant.run("caller", () => session.next("Hi"));
    assertEquals(seen, ["caller", "caller"]);
  });
}
