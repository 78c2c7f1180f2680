import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { Agent, decide, MockLLM, raw, RedirectError, type ScriptEntry, Tool } from "@nomos/agent";
import type { AgentOptions, AnyTool, SessionEvent, ToolContext, ToolOptions } from "@nomos/agent";
import * as v from "valibot";

const none = v.object({});

function tool(
  name: string,
  run: ToolOptions<unknown, unknown, unknown>["run"],
  timeout?: number,
): Tool {
  const options = { name, description: "", args: none, run, ...(timeout && { timeout }) };
  return new Tool(options);
}

/** An agent with one step and these tools, whose model plays this script. */
function play(
  script: readonly ScriptEntry[],
  tools: readonly AnyTool<unknown>[],
  options: Partial<AgentOptions> = {},
): { readonly agent: Agent; readonly llm: MockLLM } {
  const llm = new MockLLM(script);
  const start = { description: "Work", tools };
  return {
    agent: new Agent({ name: "tested", llm, start: "start", steps: { start }, ...options }),
    llm,
  };
}

function callAll(...tools: string[]): ScriptEntry {
  return decide.calls(tools.map((tool) => ({ tool, args: {} })));
}

function types(events: readonly SessionEvent[]): string {
  return events.map(({ type }) => type).join(" ");
}

Deno.test("tools: calls of one decision run concurrently, results in call order", async () => {
  const gates = { a: Promise.withResolvers<string>(), b: Promise.withResolvers<string>() };
  const begun: string[] = [];
  const tools = (["a", "b"] as const).map((name) =>
    tool(name, () => {
      begun.push(name);
      return gates[name].promise;
    })
  );
  const { agent, llm } = play([callAll("a", "b"), decide.respond("ok")], tools);
  const stream = agent.createSession().stream("Hi");
  const finished: string[] = [];
  let result = await stream.next();
  for (; !result.done; result = await stream.next()) {
    if (result.value.type === "tool_started" && result.value.tool === "b") {
      gates.b.resolve("second");
    }
    if (result.value.type !== "tool_finished") continue;
    assertEquals(begun, ["a", "b"]);
    finished.push(result.value.tool);
    gates.a.resolve("first");
  }
  assertEquals(finished, ["b", "a"]);
  assertEquals(result.value.toolResults.map(({ text }) => text), ["first", "second"]);
  const told = llm.requests[1]!.messages.filter(({ role }) => role === "tool");
  assertEquals(told.map(({ content }) => content), ["Result of a:\nfirst", "Result of b:\nsecond"]);
});

Deno.test("tools: a call that fails or takes too long does not stop its siblings", async () => {
  const failed = Promise.withResolvers<void>();
  const heeds = async (_: unknown, { signal }: ToolContext) => {
    // Continues after both others have failed.
    await failed.promise;
    signal.throwIfAborted();
    return "uploaded";
  };
  const tools = [
    tool("upload", heeds),
    tool("lost", () => Promise.reject(new Error("lost"))),
    tool("hang", () => new Promise(() => {}), 1),
  ];
  const { agent, llm } = play([callAll("upload", "lost", "hang"), decide.respond("ok")], tools);
  const session = agent.createSession();
  let finished = 0;
  for await (const { type } of session.stream("Hi")) {
    if (type === "tool_finished" && ++finished === 2) failed.resolve();
  }
  const results = session.state.events.filter((event) => event.type === "tool_finished");
  assertEquals(results.map(({ tool, outcome }) => [tool, outcome]), [
    ["lost", "error"],
    ["hang", "error"],
    ["upload", "ok"],
  ]);
  const told = llm.requests[1]!.messages.filter(({ role }) => role === "tool");
  assertEquals(told.map(({ content }) => content), [
    "Result of upload:\nuploaded",
    "Error from lost:\nlost",
    'Error from hang:\nTool "hang" took longer than its timeout of 1 ms: it may have had its effect',
  ]);
});

Deno.test("tools: a RedirectError instructs the model and is not an error", async () => {
  const full = tool("full", () => {
    throw new RedirectError("It is full", "Offer Tuesday");
  });
  const script = [callAll("full"), decide.respond("Tuesday?")];
  const { agent, llm } = play(script, [full], { maxErrors: 0 });
  const turn = await agent.createSession().next("Hi");
  assertEquals([turn.status, turn.toolResults[0]!.outcome], ["waiting", "redirected"]);
  const { content } = llm.requests[1]!.messages.at(-2)!;
  assertStringIncludes(content, "It is full");
  assertStringIncludes(content, "Offer Tuesday");
});

Deno.test("tools: any thrown value is recorded as text", async () => {
  const toString = {
    toString() {
      throw new Error("no");
    },
  };
  for (
    const thrown of ["text", undefined, Object.freeze(new Error("cold")), toString, Symbol("s")]
  ) {
    const broken = tool("broken", () => {
      throw thrown;
    });
    const { agent } = play([callAll("broken"), decide.respond("ok")], [broken]);
    const session = agent.createSession();
    const turn = await session.next("Hi");
    assertEquals([turn.status, turn.toolResults[0]!.outcome], ["waiting", "error"]);
    const state = JSON.parse(JSON.stringify(session.state));
    assertEquals(agent.createSession({ state }).state, state);
  }
});

Deno.test("tools: the stack of an error is not recorded", async () => {
  const broken = tool("broken", () => {
    throw new Error("lost");
  });
  const turn = await play([callAll("broken"), decide.respond("ok")], [broken]).agent
    .createSession().next("Hi");
  assertEquals(turn.toolResults[0]!.text, "lost");
});

Deno.test("tools: long results are cut at maxResultChars", async () => {
  const long = tool("long", () => "x".repeat(50));
  const { agent } = play([callAll("long"), decide.respond("ok")], [long], { maxResultChars: 10 });
  const turn = await agent.createSession().next("Hi");
  assertEquals(turn.toolResults[0]!.text, "xxxxxxxxxx\n[cut: 10 of 50 characters]");
});

Deno.test("tools: a call that takes longer than the tool's timeout is an error", async () => {
  const slow = tool("slow", () => new Promise(() => {}), 1);
  const turn = await play([callAll("slow"), decide.respond("ok")], [slow]).agent
    .createSession().next("Hi");
  const { outcome, text } = turn.toolResults[0]!;
  assertEquals([outcome, text], [
    "error",
    'Tool "slow" took longer than its timeout of 1 ms: it may have had its effect',
  ]);
});

Deno.test("tools: a tool that mutates its arguments changes nothing else", async () => {
  const args = v.object({ list: v.array(v.object({ n: v.number() })) });
  const given: unknown[] = [];
  const mutating = new Tool({
    name: "mutating",
    description: "",
    args,
    run: (args) => {
      given.push(structuredClone(args));
      args.list[0]!.n = 99;
      args.list.push({ n: 100 });
      Object.assign(args, { extra: true });
      return "ok";
    },
  });
  const plain = { list: [{ n: 1 }] };
  const scripted = decide.calls([{ tool: "mutating", args: plain }, {
    tool: "mutating",
    args: plain,
  }]);
  const decision = { action: "TOOL_CALL", calls: scripted.calls };
  const asText = raw(JSON.stringify({ reasoning: [], decision }));
  for (const entry of [scripted, raw({ reasoning: [], decision }), asText]) {
    given.length = 0;
    const { agent } = play([entry, decide.respond("ok")], [mutating]);
    const turn = await agent.createSession().next("Hi");
    assertEquals(turn.toolResults.map(({ args }) => args), [plain, plain]);
    assertEquals(given, [plain, plain]);
    assertEquals(plain, { list: [{ n: 1 }] });
  }
});

Deno.test("tools: a tool gets the output of its schema, and the log the arguments of the model", async () => {
  let got: unknown;
  const parsing = new Tool({
    name: "parsing",
    description: "",
    args: v.object({ day: v.pipe(v.string(), v.transform((text) => new Date(text))) }),
    run: ({ day }) => {
      got = day;
      return day;
    },
  });
  const call = decide.call("parsing", { day: "2026-01-01" });
  const turn = await play([call, decide.respond("ok")], [parsing]).agent.createSession().next("Hi");
  assertEquals(got, new Date("2026-01-01"));
  assertEquals(turn.toolResults[0]!.args, { day: "2026-01-01" });
  assertEquals(turn.toolResults[0]!.text, '"2026-01-01T00:00:00.000Z"');
});

Deno.test("tools: arguments may be validated asynchronously", async () => {
  const known = async (id: number) => await Promise.resolve(id === 1);
  const args = v.pipeAsync(
    v.objectAsync({ id: v.number() }),
    v.checkAsync(({ id }) => known(id), "Unknown id"),
  );
  const find = new Tool({ name: "find", description: "", args, run: ({ id }) => `found ${id}` });
  const [bad, good] = [2, 1].map((id) =>
    raw({
      reasoning: [],
      decision: { action: "TOOL_CALL", calls: [{ tool: "find", args: { id } }] },
    })
  );
  const turn = await play([bad!, good!, decide.respond("ok")], [find]).agent
    .createSession().next("Hi");
  assertEquals(types(turn.events), "user error decision tool_started tool_finished decision");
  assertEquals(turn.events[1]!.type === "error" && turn.events[1]!.message, "Unknown id");
});

Deno.test("tools: arguments are refused if their validation throws", async () => {
  const boom = () => {
    throw new Error("not a URL");
  };
  const schemas = [
    v.pipe(v.object({ url: v.string() }), v.check(boom)),
    v.pipeAsync(v.objectAsync({ url: v.string() }), v.checkAsync(() => Promise.reject(boom))),
  ];
  for (const args of schemas) {
    const open = new Tool({ name: "open", description: "", args, run: () => "opened" });
    const call = { action: "TOOL_CALL", calls: [{ tool: "open", args: { url: "x" } }] };
    const script = [raw({ reasoning: [], decision: call }), decide.respond("ok")];
    const { agent } = play(script, [open as unknown as AnyTool<unknown>]);
    const session = agent.createSession();
    const turn = await session.next("Hi");
    assertEquals(types(turn.events), "user error decision");
    assert(turn.events[1]!.type === "error");
    assertEquals(turn.events[1]!.path, "decision.calls.0.args");
  }
});

Deno.test("tools: more calls than a decision may have are refused", async () => {
  const run = () => {
    throw new Error("must not run");
  };
  const many = { action: "TOOL_CALL", calls: new Array(500).fill({ tool: "a", args: {} }) };
  const script = [raw({ reasoning: [], decision: many }), decide.respond("ok")];
  const { agent } = play(script, [tool("a", run)]);
  const turn = await agent.createSession().next("Hi");
  assertEquals(types(turn.events), "user error decision");
});

Deno.test("tools: a tool gets its session, its step, its context and the key of its call", async () => {
  const seen: ToolContext[] = [];
  const curious = tool("curious", (_, context) => {
    seen.push(context);
  });
  const { agent } = play([callAll("curious", "curious"), decide.respond("ok")], [curious], {
    ids: () => "i",
  });
  const cart = { items: 2 };
  const turn = await agent.createSession({ id: "s", context: cart }).next("Hi");
  assertEquals(seen.map(({ sessionId, step, callKey }) => [sessionId, step, callKey]), [
    ["s", "start", "s~i/1/0"],
    ["s", "start", "s~i/1/1"],
  ]);
  assert(seen.every(({ context }) => context === cart));
  assertEquals(turn.toolResults.map(({ callKey }) => callKey), ["s~i/1/0", "s~i/1/1"]);
});

Deno.test("tools: a tool whose guard returns false is not offered", async () => {
  const hidden = new Tool({
    name: "hidden",
    description: "",
    args: none,
    run: () => "",
    guard: ({ context, step }) => step === "start" && context === "admin",
  });
  const { agent, llm } = play([decide.respond("ok"), decide.respond("ok")], [hidden]);
  await agent.createSession({ context: "guest" }).next("Hi");
  await agent.createSession({ context: "admin" }).next("Hi");
  assertEquals(llm.requests.map(({ legal }) => legal?.tools), [[], ["hidden"]]);
  assertNotEquals(llm.requests[0]!.schema, llm.requests[1]!.schema);
});

Deno.test("tools: resume() runs an open call under the same key, unless the graph has changed", async () => {
  const keys: string[] = [];
  const args = v.object({ n: v.number() });
  const noted = new Tool({
    name: "noted",
    description: "",
    args,
    run: ({ n }, { callKey }) => keys.push(`${callKey}:${n}`),
  });
  const { agent } = play([decide.call("noted", { n: 1 }), decide.respond("ok")], [noted], {
    ids: () => "i",
  });
  const session = agent.createSession({ id: "s" });
  for await (const event of session.stream("Hi")) if (event.type === "tool_started") break;
  const { state } = session;
  assertEquals(keys, []);
  await session.resume();
  assertEquals(keys, ["s~i/1/0:1"]);

  const gone = play([decide.respond("ok")], [tool("other", () => "")]).agent;
  const lost = await gone.createSession({ state }).resume();
  assertEquals(lost.toolResults.map(({ outcome }) => outcome), ["not_run"]);
  assertStringIncludes(lost.toolResults[0]!.text, "no longer");

  const strict = new Tool({
    name: "noted",
    description: "",
    args: v.object({ m: v.string() }),
    run: () => "must not run",
  });
  const refused = await play([decide.respond("ok")], [strict]).agent.createSession({ state })
    .resume();
  assertEquals(refused.toolResults.map(({ outcome }) => outcome), ["not_run"]);
  assertStringIncludes(refused.toolResults[0]!.text, "no longer takes these arguments");
});

Deno.test("tools: a call that is resumed under another session id keeps its key", async () => {
  const { agent } = play([callAll("a"), decide.respond("ok")], [tool("a", () => "done")]);
  const session = agent.createSession({ id: "one" });
  for await (const event of session.stream("Hi")) if (event.type === "tool_started") break;
  const moved = agent.createSession({ id: "two", state: session.state });
  await moved.resume();
  const started = moved.state.events.find(({ type }) => type === "tool_started");
  const finished = moved.state.events.find(({ type }) => type === "tool_finished");
  assert(started?.type === "tool_started" && finished?.type === "tool_finished");
  assertEquals(finished.callKey, started.callKey);
});
