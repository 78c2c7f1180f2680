import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Agent,
  type AgentOptions,
  ConfigError,
  decide,
  MockLLM,
  type ObserverError,
  raw,
  Tool,
} from "@nomos/agent";
import type { Observer, Scope, TurnObserver } from "@nomos/agent/observer";
import * as v from "valibot";

const look = new Tool({
  name: "look",
  description: "Look around",
  args: v.object({ at: v.optional(v.string()) }),
  run: ({ at }, { signal }) =>
    at === "nothing"
      ? new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
      : "seen",
});

function agentOf(
  script: ConstructorParameters<typeof MockLLM>[0],
  observers: readonly Observer[],
  options: Partial<AgentOptions<Record<"talk" | "end", unknown>>> = {},
) {
  return new Agent<Record<"talk" | "end", unknown>>({
    name: "watched",
    llm: new MockLLM(script),
    start: "talk",
    steps: {
      talk: { description: "Talk", tools: [look], routes: { end: "done" } },
      end: { description: "End" },
    },
    observers,
    ids: () => "s",
    clock: () => 0,
    ...options,
  });
}

/** An observer that records all calls, with the scopes of calls in brackets. */
function noting(diary: string[], name = ""): Observer {
  const scope = (what: string): Scope => (run) => {
    diary.push(`${name}[${what}`);
    const result = run();
    diary.push(`${name}]`);
    return result;
  };
  return {
    beginTurn: ({ agent, sessionId, step, input }) => {
      diary.push(`${name}begin ${agent} ${sessionId} ${step} ${input}`);
      return {
        onEvent: ({ seq, type }) => void diary.push(`${name}${seq} ${type}`),
        onModelCall: ({ llm, request }) => scope(`ask ${llm} in ${request.step}`),
        onToolCall: ({ tool, description, callKey, args }) =>
          scope(`call ${tool} (${description}) ${callKey} ${JSON.stringify(args)}`),
        onEnd: ({ status, step, error }) =>
          void diary.push(`${name}end ${status} ${step}${error ? ` ${error}` : ""}`),
      };
    },
  };
}

Deno.test("an observer is notified in order: of calls before they run, of events once they are committed", async () => {
  for (const chunkLength of [undefined, 1_000]) {
    const diary: string[] = [];
    const script = [decide.call("look", { at: "sky" }), raw("?"), decide.move("end"), decide.end()];
    const llm = new MockLLM(script, chunkLength === undefined ? {} : { chunkLength });
    await agentOf([], [noting(diary)], { llm }).createSession().next("Hi");
    // Each chunk of a stream is read in the scope.
    const once = diary.filter((line, at) => line !== diary[at - 2] || line.match(/^\d/));
    assertEquals(once.filter((line) => line !== "]"), [
      "begin watched s talk Hi",
      "0 user",
      "[ask mock in talk",
      "1 decision",
      "2 tool_started",
      '[call look (Look around) s~s/1/0 {"at":"sky"}',
      "3 tool_finished",
      "[ask mock in talk",
      "4 error",
      "[ask mock in talk",
      "5 decision",
      "6 moved",
      "[ask mock in end",
      "7 decision",
      "8 ended",
      "end ended end",
    ]);
  }
});

Deno.test("model calls and tools run in the scope of every observer, the first outermost", async () => {
  let depth: string[] = [];
  const within = (name: string): Scope => (run) => {
    depth.push(name);
    const result = run();
    depth = depth.slice(0, -1);
    return result;
  };
  const observers = ["a", "b"].map((name): Observer => ({
    beginTurn: () => ({
      onModelCall: () => within(`${name} model`),
      onToolCall: () => within(`${name} tool`),
    }),
  }));
  const seen: string[] = [];
  const tool = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: () => void seen.push(depth.join()),
  });
  const agent = new Agent({
    name: "watched",
    llm: new MockLLM([() => {
      seen.push(depth.join());
      return decide.call("look");
    }, decide.respond("ok")]),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [tool] } },
    observers: [...observers, { beginTurn: () => ({}) }],
  });
  await agent.createSession().next("Hi");
  assertEquals(seen, ["a model,b model", "a tool,b tool"]);
});

Deno.test("an observer is notified of the end of a turn, however it ended", async () => {
  const ends: [string, (diary: string[]) => Promise<unknown>][] = [
    [
      "end interrupted talk LLMError",
      (diary) =>
        agentOf([new Error("down")], [noting(diary)]).createSession().next("Hi").catch(() => {}),
    ],
    [
      "end interrupted talk",
      async (diary) => {
        for await (
          const _ of agentOf([decide.respond("a")], [noting(diary)]).createSession().stream("Hi")
        ) {
          break;
        }
      },
    ],
    [
      "end interrupted talk",
      async (diary) => {
        const session = agentOf([decide.call("look", { at: "nothing" })], [noting(diary)])
          .createSession();
        for await (const { type } of session.stream("Hi")) if (type === "tool_started") break;
      },
    ],
    [
      "end interrupted talk",
      (diary) =>
        agentOf([], [noting(diary)]).createSession().next("Hi", { signal: AbortSignal.abort() }),
    ],
    [
      "end limited talk",
      (diary) =>
        agentOf([], [noting(diary)], { limits: { turn: { modelCalls: 0 } } }).createSession()
          .next("Hi"),
    ],
    [
      "end waiting talk",
      (diary) => agentOf([decide.respond("a")], [noting(diary)]).createSession().next(),
    ],
  ];
  for (const [expected, play] of ends) {
    const diary: string[] = [];
    await play(diary);
    assertEquals(diary.filter((line) => line.startsWith("end")).length, 1, diary.join("\n"));
    assert(diary.at(-1)!.startsWith(expected), `${diary.at(-1)}: ${expected}`);
  }
});

Deno.test("an observer that fails never loses an answer: the failure is passed to onObserverError", async () => {
  const fail = (): never => {
    throw new Error("full");
  };
  const reject = (): Promise<never> => Promise.reject(new Error("full"));
  const broken: [keyof TurnObserver, () => unknown, number, string][] = [
    ["onEvent", fail, 5, "Cannot notify an observer of event 0: it threw: full"],
    ["onEvent", reject, 5, "Cannot notify an observer of event 0: it threw: full"],
    ["onModelCall", fail, 2, "Cannot notify an observer of a model call: it threw: full"],
    ["onModelCall", () => fail, 2, "Cannot notify an observer of a model call: it threw: full"],
    ["onToolCall", fail, 1, "Cannot notify an observer of a tool call: it threw: full"],
    ["onToolCall", () => fail, 1, "Cannot notify an observer of a tool call: it threw: full"],
    ["onEnd", fail, 1, "Cannot notify an observer of the end of a turn: it threw: full"],
    ["onEnd", reject, 1, "Cannot notify an observer of the end of a turn: it threw: full"],
  ];
  for (const [method, run, times, message] of broken) {
    const failures: ObserverError[] = [];
    const diary: string[] = [];
    const observers = [{ beginTurn: () => ({ [method]: run }) }, noting(diary)];
    const agent = agentOf([decide.call("look"), decide.respond("ok")], observers, {
      onObserverError: (error) => void failures.push(error),
    });
    const session = agent.createSession();
    assertEquals((await session.next("Hi")).response, "ok", message);
    assertEquals([session.status, failures.length], ["waiting", times], message);
    assertEquals([failures[0]!.message, failures[0]!.code], [message, "OBSERVER_FAILED"]);
    assertEquals((failures[0]!.cause as Error).message, "full");
    assertEquals(diary.at(-1), "end waiting talk", "the other observer is notified");
  }
});

Deno.test("a scope runs a call exactly once, and its result is that of the call", async () => {
  const scopes: Scope[] = [
    () => "other" as never,
    (run) => (run(), run()),
    (run) => {
      run();
      throw new Error("after the call");
    },
    (run) => {
      try {
        return run();
      } catch {
        return "other" as never;
      }
    },
    // deno-lint-ignore no-explicit-any -- The type of a scope forbids another promise.
    (async (run: () => unknown) => await run()) as any,
  ];
  for (const scope of scopes) {
    let calls = 0;
    const tool = new Tool({
      name: "count",
      description: "Count",
      args: v.object({ fails: v.optional(v.boolean()) }),
      run: ({ fails }) => {
        calls++;
        if (fails) return Promise.reject(new Error("no more"));
        return "counted";
      },
    });
    const agent = new Agent({
      name: "watched",
      llm: new MockLLM([
        decide.call("count"),
        decide.call("count", { fails: true }),
        decide.respond("ok"),
      ]),
      start: "talk",
      steps: { talk: { description: "Talk", tools: [tool] } },
      observers: [{ beginTurn: () => ({ onModelCall: () => scope, onToolCall: () => scope }) }],
      onObserverError: () => {},
    });
    const turn = await agent.createSession().next("Hi");
    assertEquals(turn.response, "ok");
    assertEquals(turn.toolResults.map(({ text }) => text), ["counted", "no more"]);
    assertEquals(calls, 2);
  }
});

Deno.test("without onObserverError, or if it throws, the failure of an observer is a warning", async () => {
  const warnings: unknown[][] = [];
  const { warn } = console;
  console.warn = (...args) => void warnings.push(args);
  const fail = () => {
    throw new Error("full");
  };
  try {
    for (const options of [{}, { onObserverError: fail }]) {
      const agent = agentOf([decide.respond("ok")], [{ beginTurn: fail }], options);
      assertEquals((await agent.createSession().next("Hi")).response, "ok");
    }
    // Only the first failure is shown.
    const agent = agentOf([decide.respond("ok")], [{ beginTurn: () => ({ onEvent: fail }) }]);
    await agent.createSession().next("Hi");
  } finally {
    console.warn = warn;
  }
  const unseen = "(further warnings of this kind are not shown)";
  assertEquals(
    warnings,
    [
      `Agent "watched": Cannot notify an observer of the start of a turn: it threw: full ${unseen}`,
      `Agent "watched": the option "onObserverError" threw: full ${unseen}`,
      `Agent "watched": Cannot notify an observer of event 0: it threw: full ${unseen}`,
    ].map((message) => [message]),
  );
});

Deno.test("events are frozen for observers, streams and readers, so that none changes what the model is told", async () => {
  const llm = new MockLLM([decide.call("look", { at: "sky" }), decide.respond("ok")]);
  const seen: unknown[] = [];
  const observer = { beginTurn: () => ({ onEvent: (event: unknown) => void seen.push(event) }) };
  const session = agentOf([], [observer], { llm }).createSession();
  const stream = session.stream("Hi");
  for await (const part of stream) if ("seq" in part) seen.push(part);
  const turn = await stream.turn;
  seen.push(...turn.events, ...await Array.fromAsync(session.events()), ...session.state.events);
  assertEquals(seen.length, 25);
  const isFrozen = (value: unknown): boolean =>
    typeof value !== "object" || value === null ||
    Object.isFrozen(value) && Object.values(value).every(isFrozen);
  for (const event of seen) assert(isFrozen(event), JSON.stringify(event));
});

Deno.test("observers are those of the options when the agent was created, and are validated", async () => {
  const diary: string[] = [];
  const observers = [noting(diary)];
  const agent = agentOf([decide.respond("ok")], observers);
  observers.push(noting(diary, "late "));
  await agent.createSession().next("Hi");
  assertEquals(diary.filter((line) => line.startsWith("late")), []);
  for (const bad of [{}, "otel", [{}], [null], [() => ({})]]) {
    assertThrows(() => agentOf([], bad as never), ConfigError, "observers");
  }
});
