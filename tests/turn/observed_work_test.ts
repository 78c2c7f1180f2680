import { assertEquals, assertRejects } from "@std/assert";
import { Agent, type AgentOptions, decide, MockLLM, SessionBusyError, Tool } from "@nomos/agent";
import type { Observer, Scope } from "@nomos/agent/observer";
import { memoryStore } from "@nomos/agent/store";
import { ManualClock } from "@nomos/agent/testing";
import * as v from "valibot";

/**
 * Observer that writes one line for each thing that starts and ends, indented by the scopes that
 * are open. A scope lasts until the promise of its work has settled.
 */
function tracing(lines: string[]): Observer {
  return {
    beginTurn: ({ input, step }) => {
      let depth = 0;
      const write = (line: string) => void lines.push("  ".repeat(depth) + line);
      const scope = (what: string): Scope => (run) => {
        write(what);
        depth++;
        const result = run();
        if (!(result instanceof Promise)) depth--;
        else result.then(() => depth--, () => depth--);
        return result;
      };
      write(`begin ${input} in ${step}`);
      return {
        onWork: ({ kind, name }) => scope(name === undefined ? kind : `${kind} ${name}`),
        onModelCall: () => scope("model"),
        onToolCall: ({ tool }) => scope(`tool ${tool}`),
        onEvent: ({ type }) => write(`event ${type}`),
        onEnd: ({ status, error }) => write(`end ${error ?? status}`),
      };
    },
  };
}

type Steps = Record<"order" | "pay", unknown>;

const add = new Tool({
  name: "add",
  description: "Add a drink",
  args: v.object({}),
  guard: () => true,
  needsApproval: () => false,
  run: () => "added",
});

function cafe(
  script: ConstructorParameters<typeof MockLLM>[0],
  lines: string[],
  options: Partial<AgentOptions<Steps>> = {},
) {
  return new Agent<Steps>({
    name: "cafe",
    llm: new MockLLM(script),
    start: "order",
    steps: {
      order: {
        description: () => "Take the order",
        tools: [add],
        routes: { pay: { when: "they are done", guard: () => true } },
      },
      pay: { description: "Take the money" },
    },
    observers: [tracing(lines)],
    ids: () => "s",
    ...options,
  });
}

Deno.test("observers see what a turn of a stored session waits for, in order and nested", async () => {
  const lines: string[] = [];
  const agent = cafe([decide.call("add"), decide.respond("Done")], lines);
  const session = await agent.openSession("ann", { store: memoryStore() });
  await session.next("A latte");
  assertEquals(lines, [
    "begin A latte in order",
    "claim",
    "  commit append",
    "  event user",
    "prepare",
    "  guard pay",
    "  guard add",
    "  guard order",
    "model",
    "read",
    "  guard add",
    "commit append",
    "event decision",
    "event tool_started",
    "tool add",
    "commit append",
    "event tool_finished",
    "prepare",
    "  guard pay",
    "  guard add",
    "  guard order",
    "model",
    "read",
    "commit append",
    "event decision",
    "end waiting",
  ]);
});

Deno.test("observers of a session in memory see neither a claim nor a commit", async () => {
  const lines: string[] = [];
  await cafe([decide.move("pay"), decide.respond("9 euros")], lines).createSession().next(
    "That is all",
  );
  assertEquals(lines.filter((line) => !line.startsWith("  guard")), [
    "begin That is all in order",
    "event user",
    "prepare",
    "model",
    "read",
    "event decision",
    "event moved",
    "prepare",
    "model",
    "read",
    "event decision",
    "end waiting",
  ]);
});

Deno.test("the time in which a stream waits for its reader is a scope of its own", async () => {
  const clock = new ManualClock();
  let waited = 0;
  const observer: Observer = {
    beginTurn: () => ({
      onWork: ({ kind }) => {
        if (kind !== "yield") return undefined;
        return (run) => {
          const from = clock.now();
          const result = run();
          Promise.resolve(result).then(() => waited += clock.now() - from);
          return result;
        };
      },
    }),
  };
  const llm = new MockLLM([decide.respond("Done")], { chunkLength: 1_000 });
  const agent = cafe([], [], { llm, observers: [observer] });
  let parts = 0;
  for await (const _ of agent.createSession().stream("A latte")) {
    parts++;
    await clock.advance(100);
  }
  assertEquals([parts > 2, waited], [true, 100 * parts]);
});

Deno.test("a tool's approval and an open call's late checks are guards, and releasing alone is a commit", async () => {
  const lines: string[] = [];
  const agent = cafe([decide.call("add"), decide.respond("Done")], lines);
  const session = await agent.openSession("ann", { store: memoryStore() });
  await session.next("A latte", { stopAfter: "tool" });
  assertEquals(lines.slice(-3), ["event tool_finished", "commit release", "end interrupted"]);
  lines.length = 0;
  await session.resume();
  assertEquals(lines.slice(0, 3), ["begin undefined in order", "claim", "prepare"]);
});

Deno.test("waiting for a busy session lies within the turn that waits, as a claim", async () => {
  const clock = new ManualClock();
  const store = memoryStore({ clock: () => clock.now() });
  const lines: string[] = [];
  const busy = cafe([async () => {
    await new Promise<void>((resolve) => clock.setTimer(500, resolve));
    return decide.respond("First");
  }], []);
  const options = { store, clock, whenBusy: "wait" } as const;
  const first = (await busy.openSession("ann", options)).next("One");
  await clock.advance(0);
  const second = cafe([decide.respond("Second")], lines);
  const session = await second.openSession("ann", options);
  const waiting = session.next("Two");
  await clock.advance(400);
  assertEquals(lines, ["begin Two in order", "claim"]);
  await clock.advance(200);
  await Promise.all([first, waiting]);
  // The input is appended together with the lease, which the store refuses after another turn.
  assertEquals(lines.slice(0, 5), [
    "begin Two in order",
    "claim",
    "  commit append",
    "  commit append",
    "  event user",
  ]);
});

Deno.test("a turn that is refused ends with its error, wherever the session is busy", async () => {
  const store = memoryStore();
  const lines: string[] = [];
  let asked = 0;
  const begun = Promise.withResolvers<void>();
  const hanging = new MockLLM([() => {
    if (++asked === 2) begun.resolve();
    return new Promise(() => {});
  }], { whenDone: "repeat" });
  const agent = cafe([], lines, { llm: hanging });
  const owned = await agent.openSession("ann", { store });
  const otherwise = await agent.openSession("ann", { store });
  const inMemory = agent.createSession();
  const stop = new AbortController();

  const running = [owned, inMemory].map((session) => session.next("One", { signal: stop.signal }));
  await begun.promise;
  for (const session of [owned, otherwise, inMemory]) {
    lines.length = 0;
    const error = await assertRejects(() => session.next("Two"), SessionBusyError);
    assertEquals(lines, [
      "begin Two in order",
      `end ${error}`,
    ]);
  }
  stop.abort();
  await Promise.all(running);

  const claimed = await store.claim("ann", { owner: "another process", ttl: 60_000, force: false });
  lines.length = 0;
  const error = await assertRejects(() => owned.next("Two"), SessionBusyError);
  assertEquals(lines, [
    "begin Two in order",
    "claim",
    "  commit append",
    `end ${error}`,
  ]);
  await store.release(claimed!);

  await store.delete("ann");
  lines.length = 0;
  await assertRejects(() => owned.next("Two"));
  assertEquals([lines[0], lines.at(-1)!.split(":")[0]], [
    "begin Two in order",
    "end ConflictError",
  ]);
});

Deno.test("a turn that stops before the session was acquired has an end without an error", async () => {
  const store = memoryStore();
  const lines: string[] = [];
  const agent = cafe([decide.respond("Hello")], lines);
  const session = await agent.openSession("ann", { store, whenBusy: "wait" });
  await store.claim("ann", { owner: "another process", ttl: 60_000, force: false });
  const turn = await session.next("Hi", { signal: AbortSignal.timeout(1) });
  assertEquals(turn.status, "interrupted");
  assertEquals([lines[0], lines.at(-1)], ["begin Hi in order", "end waiting"]);
});

Deno.test("choosing examples by similarity is a scope, once for all sessions that wait for it", async () => {
  const lines: string[] = [];
  const llm = new MockLLM([decide.respond("Done")], { whenDone: "repeat" });
  let compared = 0;
  const agent = new Agent({
    name: "cafe",
    llm: { name: llm.name, decide: (request) => llm.decide(request), embed },
    start: "order",
    steps: {
      order: {
        description: "Take the order",
        examples: [{ context: "A latte", decision: "add it", show: "similar" }],
      },
    },
    observers: [tracing(lines)],
  });
  async function embed(texts: readonly string[]): Promise<number[][]> {
    compared++;
    await Promise.resolve();
    return texts.map(() => [1, 0]);
  }
  for (let turn = 0; turn < 2; turn++) {
    await agent.createSession().next("A mocha");
    const expected = turn === 0 ? ["  embed mock", "  embed mock"] : ["  embed mock"];
    assertEquals(lines.filter((line) => line.includes("embed")), expected);
    lines.length = 0;
  }
  assertEquals(compared, 3);
});

Deno.test("explaining a session is no work of its running turn", async () => {
  const lines: string[] = [];
  const agent = cafe([async () => {
    lines.length = 0;
    await agent.explain(session);
    assertEquals(lines, []);
    return decide.respond("Done");
  }], lines);
  const session = agent.createSession();
  assertEquals((await session.next("Hi")).response, "Done");
});

Deno.test("a failing observer of work changes nothing, and its failure is reported", async () => {
  const full = () => {
    throw new Error("full");
  };
  for (const onWork of [full, () => full] as const) {
    const failures: string[] = [];
    const lines: string[] = [];
    const agent = cafe([decide.call("add"), decide.respond("Done")], [], {
      observers: [{ beginTurn: () => ({ onWork }) }, tracing(lines)],
      onObserverError: ({ message }) => void failures.push(message),
    });
    assertEquals((await agent.createSession().next("Hi")).response, "Done");
    assertEquals(lines.at(-1), "end waiting");
    assertEquals(failures[0], "Cannot notify an observer of prepare work: it threw: full");
  }
});
