import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Agent,
  type AgentOptions,
  ConfigError,
  decide,
  MockLLM,
  ObserverError,
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
      '[call look (Look around) s/1/0 {"at":"sky"}',
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

Deno.test("an observer that throws ends the turn with an ObserverError, and nothing is lost", async () => {
  const fail = (): never => {
    throw new Error("full");
  };
  const broken: [keyof TurnObserver, string][] = [
    ["onEvent", "Cannot notify an observer of event 0: it threw: full"],
    ["onModelCall", "Cannot notify an observer of a model call: it threw: full"],
    ["onToolCall", "Cannot notify an observer of a tool call: it threw: full"],
    ["onEnd", "Cannot notify an observer of the end of a turn: it threw: full"],
  ];
  for (const [method, message] of broken) {
    const script = [decide.call("look"), decide.respond("ok")];
    let isBroken = true;
    const observer: Observer = {
      beginTurn: () => ({ [method]: () => isBroken ? fail() : undefined }),
    };
    const session = agentOf(script, [observer]).createSession();
    await assertRejects(() => session.next("Hi"), ObserverError, message);
    isBroken = false;
    const isOver = method === "onEnd";
    assertEquals(session.status, isOver ? "waiting" : "interrupted", method);
    if (!isOver) assertEquals((await session.resume()).response, "ok", method);
    assertEquals(session.state.events.map(({ seq }) => seq), [0, 1, 2, 3, 4]);
  }
  const session = agentOf([decide.respond("ok")], [{ beginTurn: fail }]).createSession();
  await assertRejects(() => session.next("Hi"), ObserverError, "of a turn");
  assertEquals([session.status, session.state.events], ["waiting", []]);
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
