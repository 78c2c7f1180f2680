import { Agent, decide, type LLM, MockLLM, Tool } from "@nomos/agent";
import { type AgentProfile, Profiler } from "@nomos/agent/profile";
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { SimClock } from "../sim_clock.ts";

/** Streams a turn to a reader that takes 100 ms for each part, and returns the profile. */
async function readSlowly(
  createAgent: (clock: SimClock, profiler: Profiler) => Agent,
): Promise<{ readonly profile: AgentProfile; readonly parts: number }> {
  const clock = new SimClock();
  const profiler = new Profiler({ now: () => clock.now() });
  let parts = 0;
  const read = async () => {
    const session = createAgent(clock, profiler).createSession();
    for await (const _ of session.stream("Hi", { children: true })) {
      parts++;
      await clock.wait(100);
    }
  };
  await clock.drive(read());
  return { profile: profiler.profile(), parts };
}

/** Adds up the rows of one kind. */
function sum({ time }: AgentProfile, kind: string, amount: "wall" | "busy"): number {
  return time.filter((row) => row.kind === kind).reduce((all, row) => all + (row[amount] ?? 0), 0);
}

function createShop(llm: LLM, tool: Tool, profiler: Profiler): Agent {
  const steps = { a: { description: "A", tools: [tool as never] } };
  return new Agent({ name: "shop", llm, observers: [profiler], start: "a", steps });
}

Deno.test("a slow reader of an answer has its time, not the model", async () => {
  const { profile, parts } = await readSlowly((clock, profiler) => {
    const mock = new MockLLM([decide.respond("Hello there, how are you?")], { chunkLength: 8 });
    const stream: LLM["stream"] = async function* (request) {
      for await (const chunk of mock.stream!(request)) {
        await clock.wait(10);
        yield chunk;
      }
    };
    return new Agent({
      name: "shop",
      llm: { name: "streaming", decide: (request) => mock.decide(request), stream },
      observers: [profiler],
      start: "a",
      steps: { a: { description: "A" } },
    });
  });
  assertEquals(sum(profile, "reader", "wall"), 100 * parts);
  const model = sum(profile, "first token", "wall") + sum(profile, "generation", "wall");
  assertEquals(profile.total.wall, 100 * parts + model);
});

Deno.test("a slow reader of a tool's progress has its time, not the tool", async () => {
  const { profile, parts } = await readSlowly((clock, profiler) => {
    const progress = new Tool({
      name: "progress",
      description: "Tells how far it is",
      args: v.object({}),
      run: async function* () {
        for (let step = 0; step < 3; step++) {
          await clock.wait(10);
          yield step;
        }
        return "done";
      },
    });
    const llm = new MockLLM([decide.call("progress"), decide.respond("Done")]);
    return createShop(llm, progress, profiler);
  });
  assertEquals(sum(profile, "tool", "wall"), 30);
  assertEquals(sum(profile, "tool", "busy"), 30);
  assertEquals(profile.tools[0]!.wall, 30);
  assertEquals(sum(profile, "reader", "wall"), 100 * parts);
});

for (const isObserved of [true, false]) {
  const how = isObserved ? "observed" : "not observed";
  Deno.test(`a slow reader of a child session that is ${how} has its time, not the tool`, async () => {
    const { profile, parts } = await readSlowly((_, profiler) => {
      const helper = new Agent({
        name: "helper",
        llm: new MockLLM([decide.respond("Hello")]),
        observers: isObserved ? [profiler] : [],
        start: "a",
        steps: { a: { description: "A" } },
      });
      const llm = new MockLLM([decide.call("helper", { input: "Go" }), decide.respond("Done")]);
      const tool = helper.asTool({ name: "helper", description: "Ask" });
      return createShop(llm, tool as never, profiler);
    });
    assertEquals(sum(profile, "tool", "wall"), 0);
    assertEquals(sum(profile, "reader", "wall"), 100 * parts);
    assertEquals(profile.total.wall, 100 * parts);
  });
}
