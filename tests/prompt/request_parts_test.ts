import {
  Agent,
  decide,
  type LLM,
  type LLMRequest,
  MockLLM,
  type SessionEvent,
  Tool,
} from "@nomos/agent";
import { partsOf, type RequestPart } from "@nomos/agent/observer";
import { memoryStore } from "@nomos/agent/store";
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { makeFriend, SmallModel, talk } from "../turn/small_model.ts";
import { playRandomSession } from "./random_session.ts";

/** Kinds of parts that are the message of one event, by the types of those events. */
const KINDS: Readonly<Record<string, RequestPart["kind"]>> = {
  user: "user",
  decision: "decision",
  tool_finished: "result",
};

/** Checks each part of a request against the event that it names, and the role of its message. */
function checkParts({ messages, step }: LLMRequest, events: readonly SessionEvent[]): void {
  const parts = partsOf({ messages })!;
  assertEquals(parts.length, messages.length);
  assertEquals(parts[0], { kind: "standing" });
  assertEquals(parts.at(-1), { kind: "step", step: step! });
  for (const [index, { kind, seq, tool, step }] of parts.entries()) {
    const { role, content, callId } = messages[index]!;
    if (kind === "standing" || kind === "step") assertEquals(role, "system");
    if (kind === "notice") {
      assertEquals([role, index, callId], ["tool", parts.length - 2, undefined]);
    }
    if (seq === undefined) continue;
    const event = events[seq]!;
    if (event.type === "summary") {
      assertEquals(kind, "summary");
      const shown = role === "user" ? event.first! : event.text!;
      assert(content.endsWith(shown));
      continue;
    }
    assertEquals([kind, seq], [KINDS[event.type], event.seq]);
    if (event.type === "user") assertEquals([role, content], ["user", event.text.toWellFormed()]);
    if (event.type === "tool_finished") assertEquals([callId, tool], [event.callKey, event.tool]);
    if (event.type === "decision") {
      const { reasoning: _, ...decision } = event.decision;
      const written = JSON.parse(JSON.stringify({ decision }).toWellFormed());
      assertEquals([role, step, JSON.parse(content)], ["assistant", event.step, written]);
    }
  }
}

Deno.test("partsOf() names the event of every message of random sessions, also of refusals and calls that end late", async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 30; seed++) {
    const { sent, session } = await playRandomSession(seed);
    for (const { request } of sent) {
      checkParts(request, session.state.events);
      for (const { kind } of partsOf(request)!) seen.add(kind);
    }
  }
  assertEquals([...seen].sort(), ["decision", "notice", "result", "standing", "step", "user"]);
});

Deno.test("partsOf() follows a long conversation over its summaries, also after it was opened again", async () => {
  const llm = new SmallModel();
  const agent = makeFriend(llm, { maxTokens: 500, keepFirst: true });
  const store = memoryStore();
  const session = await agent.openSession("ann", { store });
  await talk(session, 60);
  const reopened = await agent.openSession("ann", { store });
  await talk(reopened, 20);
  await reopened.load();
  assert(llm.summaries.length > 5);
  for (const request of llm.requests) checkParts(request, reopened.state.events);
  const kinds = partsOf(llm.requests.at(-1)!)!.map(({ kind }) => kind);
  assertEquals(kinds.slice(0, 4), ["standing", "summary", "summary", "user"]);
  assertEquals(partsOf(llm.summaries[0]!), undefined);
});

Deno.test("partsOf() knows copies of a request, requests of child sessions, and what explain() returns", async () => {
  const seen: [agent: string | undefined, kinds: string[]][] = [];
  const copying = (llm: LLM): LLM => ({
    name: llm.name,
    decide: (request) => {
      const copy = { ...request, signal: undefined };
      seen.push([request.step, partsOf(copy)!.map(({ kind }) => kind)]);
      return llm.decide(copy);
    },
  });
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: () => "seen",
  });
  const child = new Agent({
    name: "child",
    llm: copying(new MockLLM([decide.call("look"), decide.respond("It is blue")])),
    start: "inner",
    steps: { inner: { description: "Look", tools: [look] } },
  });
  const agent = new Agent({
    name: "parent",
    llm: copying(new MockLLM([decide.call("ask", { input: "Look" }), decide.respond("Blue")])),
    start: "outer",
    steps: {
      outer: {
        description: "Help",
        tools: [child.asTool({ name: "ask", description: "Ask" })],
      },
    },
  });
  const session = agent.createSession();
  await session.next([{ type: "text", text: "What is this?" }, {
    type: "image",
    mediaType: "image/png",
    data: new Uint8Array([1]),
  }]);
  assertEquals(seen, [
    ["outer", ["standing", "user", "step"]],
    ["inner", ["standing", "user", "step"]],
    ["inner", ["standing", "user", "decision", "result", "step"]],
    ["outer", ["standing", "user", "decision", "result", "step"]],
  ]);
  const parts = partsOf(await agent.explain(session))!;
  assertEquals(parts.map(({ kind, seq, tool }) => [kind, seq, tool]), [
    ["standing", undefined, undefined],
    ["user", 0, undefined],
    ["decision", 1, undefined],
    ["result", 3, "ask"],
    ["decision", 4, undefined],
    ["step", undefined, undefined],
  ]);
  assertEquals(partsOf({ messages: [] }), undefined);
});
