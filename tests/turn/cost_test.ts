/**
 * The work of a decision: schemas built, arguments validated, messages rendered, commits made.
 * Unlike times, which the benchmarks measure, such counts are the same on every machine.
 */
import { assertEquals } from "@std/assert";
import {
  Agent,
  decide,
  MockLLM,
  raw,
  SchemaCache,
  type Session,
  type StandardSchema,
  Tool,
} from "@nomos/agent";
import { memoryStore, type Store } from "@nomos/agent/store";
import * as v from "valibot";

/** A tool that counts how often its arguments are validated. */
function countingTool() {
  const work = { validated: 0 };
  const object = v.object({ size: v.string() });
  const args = {
    "~standard": {
      version: 1,
      vendor: "counting",
      validate: (value: unknown) => {
        work.validated++;
        return object["~standard"].validate(value);
      },
      jsonSchema: {
        input: () => ({
          type: "object",
          properties: { size: { type: "string" } },
          required: ["size"],
          additionalProperties: false,
        }),
      },
    },
  } as unknown as StandardSchema<unknown, { size: string }>;
  const tool = new Tool({ name: "pour", description: "Pour", args, run: () => "done" });
  return { tool, work };
}

/** A store in memory that counts the calls of each of its methods. */
function countingStore(): { store: Store; calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const store = new Proxy(memoryStore(), {
    get: (target, name) => {
      const member = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        calls[String(name)] = (calls[String(name)] ?? 0) + 1;
        return member.apply(target, args);
      };
    },
  });
  return { store, calls };
}

/** A session with one call and one answer per turn, whose model reads every message. */
async function openBar(): Promise<{ session: Session; countWork: () => Record<string, number> }> {
  const { tool, work } = countingTool();
  const { store, calls } = countingStore();
  const schemaCache = new SchemaCache();
  const script = [decide.call("pour", { size: "small" }), decide.respond("Here")];
  const messages = new WeakSet<object>();
  let [decisions, rendered] = [0, 0];
  const llm = new MockLLM([(request) => {
    for (const message of request.messages) {
      if (messages.has(message)) continue;
      messages.add(message);
      rendered++;
    }
    return script[decisions++ % 2]!;
  }], { whenDone: "repeat" });
  const agent = new Agent({
    name: "bar",
    llm,
    schemaCache,
    start: "serve",
    steps: { serve: { description: "Serve", tools: [tool] } },
  });
  const session: Session = await agent.openSession("guest", { store });
  const countWork = () => ({ ...calls, ...work, decisions, rendered, built: schemaCache.built });
  return { session, countWork };
}

/** The work of `turns` turns, after `before` others. */
async function workOf(turns: number, before: number): Promise<Record<string, number>> {
  const { session, countWork } = await openBar();
  for (let turn = 0; turn < before; turn++) await session.next("A small one");
  const start = countWork();
  for (let turn = 0; turn < turns; turn++) await session.next("A small one");
  const work = Object.entries(countWork());
  return Object.fromEntries(work.map(([name, count]) => [name, count - (start[name] ?? 0)]));
}

Deno.test("a turn commits and validates each decision once, and builds a schema once", async () => {
  const { session, countWork } = await openBar();
  await session.next("A small one");
  const { claim, append, release = 0, read, validated, decisions, built } = countWork();
  // The input with the lease, the call, its result, the answer with the end of the lease. The
  // session was read, created, and read again when it was opened.
  assertEquals({ claim, append, release, read, validated, decisions, built }, {
    claim: 1,
    append: 3,
    release: 0,
    read: 2,
    validated: 1,
    decisions: 2,
    built: 1,
  });
});

Deno.test("ten turns cost the same work after 1,000 messages as after 10", async () => {
  const [short, long] = await Promise.all([workOf(10, 3), workOf(10, 250)]);
  assertEquals(short, long);
});

Deno.test("every event is rendered once, however often the model reads the messages", async () => {
  const seen = new Set<unknown>();
  let listed = 0;
  const llm = new MockLLM([({ messages }) => {
    for (const message of messages) seen.add(message);
    listed += messages.length;
    return decide.respond("ok");
  }], { whenDone: "repeat" });
  const agent = new Agent({
    name: "reader",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  const session = agent.createSession();
  for (let turn = 0; turn < 50; turn++) await session.next("hello");
  // The standing text, an input and a decision a turn but for the last one, and one step message.
  assertEquals(seen.size, 1 + 99 + 1);
  assertEquals(
    listed,
    Array.from({ length: 50 }, (_, turn) => 3 + 2 * turn).reduce((a, b) => a + b),
  );
});

Deno.test("an argument schema validates each call once, and never while a schema is cached", async () => {
  const { tool, work } = countingTool();
  const schemaCache = new SchemaCache();
  for (const isText of [false, true]) {
    work.validated = 0;
    const call = decide.call("pour", { size: "small" });
    const { reasoning, ...decision } = call;
    const output = isText ? raw(JSON.stringify({ reasoning, decision })) : call;
    const agent = new Agent({
      name: "bar",
      llm: new MockLLM([output, decide.respond("Here")]),
      schemaCache,
      start: "serve",
      steps: { serve: { description: "Serve", tools: [tool] } },
    });
    await agent.createSession().next("A small one");
    assertEquals(work.validated, 1);
  }
  assertEquals(schemaCache.built, 1);
});
