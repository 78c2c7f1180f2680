/** Texts of the author that are functions of a session's data and context. */
import {
  Agent,
  decide,
  type GuardContext,
  GuardError,
  MockLLM,
  type StepOptions,
  type Text,
  Tool,
} from "@nomos/agent";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as v from "valibot";

const Data = v.object({ name: v.optional(v.string(), "Ann"), n: v.optional(v.number(), 0) });
type Data = v.InferOutput<typeof Data>;
interface Context {
  readonly shop: string;
}

const count = new Tool({
  name: "count",
  description: "Count",
  args: v.object({}),
  data: Data,
  run: (_, { setData }) => setData(({ n }) => ({ n: n + 1 })),
});

interface Texts {
  readonly system?: Text<Data, Context>;
  readonly persona?: Text<Data, Context>;
  readonly a?: Partial<StepOptions<"a" | "b", Data, Context>>;
  readonly b?: Partial<StepOptions<"a" | "b", Data, Context>>;
}

function agentOf({ a, b, ...texts }: Texts, llm = new MockLLM()) {
  return new Agent<Record<"a" | "b", unknown>, Data, Context>({
    name: "dynamic",
    llm,
    data: Data,
    start: "a",
    ...texts,
    steps: {
      a: { description: "A", tools: [count], routes: { b: "go" }, ...a },
      b: { description: "B", ...b },
    },
  });
}

const context = { shop: "the shop" };

/** Returns the first and the last message of the first request. */
async function endsOf(texts: Texts): Promise<[first: string, last: string]> {
  const agent = agentOf(texts);
  const { messages } = await agent.explain(agent.createSession({ context }));
  assertEquals(messages.map(({ role }) => role), ["system", "system"]);
  return [messages[0]!.content, messages[1]!.content];
}

const [STANDARD] = await endsOf({});

Deno.test("dynamic texts, are called with the data, the context, the session and the step", async () => {
  const given: unknown[] = [];
  const note = (name: string) => (one: GuardContext<Data, Context>) => {
    given.push(one);
    return `${name} of ${one.data.name} in ${one.context.shop}`;
  };
  const agent = agentOf({
    system: note("system"),
    persona: note("persona"),
    a: { description: note("description") },
  });
  const session = agent.createSession({ id: "s", context });
  const { messages } = await agent.explain(session);
  assertEquals(messages[0]?.content, STANDARD);
  assert(messages[1]!.content.startsWith(
    "system of Ann in the shop\n\nCurrent step: a\ndescription of Ann in the shop\n\n" +
      "persona of Ann in the shop\n\nChoose one action:\n",
  ));
  const expected = { data: { name: "Ann", n: 0 }, context, sessionId: "s", step: "a" };
  assertEquals(given, [expected, expected, expected]);
});

Deno.test("dynamic texts, stand in the last message, and other texts of that kind as before", async () => {
  const cases: [Texts, first: string, last: readonly string[]][] = [
    [{ system: "S", persona: "P" }, "S\n\nP", []],
    [{ system: () => "S", persona: "P" }, `${STANDARD}\n\nP`, ["S"]],
    [{ system: "S", persona: () => "P" }, "S", ["P"]],
    [{ system: () => "S", persona: () => "P" }, STANDARD, ["S", "P"]],
    [{ system: "S", persona: "P", b: { persona: "of b" } }, "S", ["P"]],
    [{ system: "S", persona: "P", b: { persona: () => "of b" } }, "S", ["P"]],
    [{ system: "S", persona: "P", a: { persona: () => "of a" } }, "S", ["of a"]],
    [{ system: "S", persona: () => "P", a: { persona: "of a" } }, "S", ["of a"]],
    [{ persona: "P", a: { description: () => "D" } }, `${STANDARD}\n\nP`, ["D"]],
    [{ system: () => "", persona: () => "" }, STANDARD, []],
  ];
  for (const [texts, first, last] of cases) {
    const ends = await endsOf(texts);
    assertEquals(ends[0], first);
    const lines = ends[1].split("\n");
    for (const text of ["S", "P", "D", "of a", "of b"]) {
      assertEquals(lines.includes(text), last.includes(text), `${text} in ${ends[1]}`);
    }
    assertEquals(ends[1].includes("\n\n\n"), false);
  }
});

Deno.test("dynamic texts, are called for every request, and leave the messages before unchanged", async () => {
  const llm = new MockLLM([decide.call("count"), decide.call("count"), decide.respond("Done")]);
  const agent = agentOf({ a: { description: ({ data }) => `Counted to ${data.n}` } }, llm);
  const turn = await agent.createSession({ context }).next("Go");
  const lasts = llm.requests.map(({ messages }) => messages.at(-1)!.content.split("\n")[1]);
  assertEquals(lasts, ["Counted to 0", "Counted to 1", "Counted to 2"]);
  const [first, , third] = llm.requests;
  assertEquals(third!.messages.slice(0, first!.stable), first!.messages.slice(0, first!.stable));
  assert(turn.prompt!.stableMessages >= third!.stable - 2);
  assertEquals(llm.requests.map(({ schema }) => schema === first!.schema), [true, true, true]);
});

Deno.test("dynamic texts, that throw or return no text are a GuardError, and resume() calls them again", async () => {
  const cases: [() => unknown, message: string][] = [
    [() => {
      throw new Error("broken");
    }, "threw: broken"],
    [() => 5, "returned 5: expected a synchronous function that returns text"],
    [() => undefined, "returned undefined"],
    [() => Promise.resolve("late"), "returned a promise"],
    [() => Promise.reject(new Error("late")), "returned a promise"],
  ];
  for (const name of ["system", "persona", "description"] as const) {
    for (const [text, message] of cases) {
      let isBroken = true;
      const dynamic = () => (isBroken ? text() : "mended") as string;
      const llm = new MockLLM([decide.respond("Done")]);
      const texts = name === "description" ? { a: { description: dynamic } } : { [name]: dynamic };
      const session = agentOf(texts, llm).createSession({ context });
      const error = await assertRejects(() => session.next("Go"), GuardError);
      const place = `Cannot ask the model in step "a": the ${name} `;
      assertStringIncludes(error.message, `${place}${message}`);
      assertEquals([session.status, llm.requests.length], ["interrupted", 0]);
      isBroken = false;
      assertEquals((await session.resume()).response, "Done");
      assertStringIncludes(llm.requests[0]!.messages.at(-1)!.content, "mended");
    }
  }
});

Deno.test("dynamic texts, a diagram draws the step without its description", () => {
  assertStringIncludes(agentOf({ b: { description: () => "B" } }).diagram(), "<b>b</b><br/>…");
});
