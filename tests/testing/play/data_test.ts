/** Explored, fuzzed and replayed agents have data, and their dynamic texts are called. */
import { Agent, ConfigError, decide, GuardError, MockLLM, Tool } from "@nomos/agent";
import {
  assertReplays,
  assertScenario,
  explore,
  fuzz,
  FuzzError,
  replaySession,
} from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as v from "valibot";

const Cart = v.object({ cart: v.optional(v.array(v.string()), []) });
type Cart = v.InferOutput<typeof Cart>;

const add = new Tool({
  name: "add",
  description: "Add",
  args: v.object({ item: v.string() }),
  data: Cart,
  run: ({ item }, { setData }) => setData(({ cart }) => ({ cart: [...cart, item] })),
});

type Description = (given: { readonly data: Cart; readonly context: unknown }) => string;

function shopOf(
  llm: MockLLM = new MockLLM(),
  pay: Description = () => "Pay",
  talk: Description = ({ data }) => `Talk about ${data.cart.length} things`,
) {
  return new Agent({
    name: "shop",
    llm,
    data: Cart,
    start: "talk",
    steps: {
      talk: {
        description: talk,
        tools: [add],
        routes: { pay: { when: "they pay", guard: ({ data }) => data.cart.length > 0 } },
      },
      pay: { description: pay },
    },
  });
}

Deno.test("explore(), a guard that no sample data opens is missed, and one that they open is not", async () => {
  const exploration = await explore(shopOf());
  assertEquals(exploration.problems, []);
  const [missed] = exploration.missed;
  assertStringIncludes(missed!.why, "true for none of 1 samples: pass one for which it is true in");
  assertStringIncludes(missed!.why, '"contexts" or "data"');
  const data = [{}, { cart: ["tea"] }];
  (await explore(shopOf(), { data })).assertComplete();
  await fuzz(shopOf(), { runs: 30, data });
});

Deno.test("explore(), a text is a problem only if it throws with every sample", async () => {
  const first = ({ data }: { readonly data: Cart }) => data.cart[0]!.toUpperCase();
  const { problems } = await explore(shopOf(new MockLLM(), first));
  assert(problems.length > 0);
  assertStringIncludes(problems[0]!.message, 'Cannot ask the model in step "pay": the description');
  (await explore(shopOf(new MockLLM(), first), { data: [{}, { cart: ["tea"] }] })).assertComplete();
  const byContext = ({ context }: { readonly context: unknown }) =>
    (context as { readonly name: string }).name;
  assert((await explore(shopOf(new MockLLM(), byContext))).problems.length > 0);
  const contexts = [{ name: "Ann" }];
  const given = { contexts, data: [{ cart: ["tea"] }] };
  (await explore(shopOf(new MockLLM(), byContext), given)).assertComplete();
  const fails = () => fuzz(shopOf(new MockLLM(), byContext), { runs: 100 });
  assertStringIncludes((await assertRejects(fails, FuzzError)).message, "the description threw");
  await fuzz(shopOf(new MockLLM(), byContext), { runs: 30, contexts });
});

Deno.test("explore(), tools set the sample data, which each path keeps in its log", async () => {
  const seen = new Set<number>();
  const talk: Description = ({ data }) => `${seen.add(data.cart.length).size}`;
  const agent = shopOf(new MockLLM(), undefined, talk);
  const data = [{}, { cart: ["a"] }, { cart: ["a", "b"] }];
  await explore(agent, { data, decisions: 4_000 });
  assertEquals([...seen].sort(), [0, 1, 2]);
});

Deno.test("explore() and fuzz(), refuse sample data that the schema does not accept", async () => {
  const data = [{ cart: 5 as never }];
  const explored = () => explore(shopOf(), { data });
  await assertRejects(explored, ConfigError, 'Cannot explore agent "shop": data.cart');
  await assertRejects(() => fuzz(shopOf(), { data }), ConfigError, 'Cannot fuzz agent "shop"');
  const needy = new Agent({
    name: "needy",
    llm: new MockLLM(),
    data: v.object({ user: v.string() }),
    start: "a",
    steps: { a: { description: ({ data }) => data.user } },
  });
  await assertRejects(() => explore(needy), ConfigError, "data.user does not satisfy");
  (await explore(needy, { data: [{ user: "ann" }] })).assertComplete();
});

const visit = [
  decide.call("add", { item: "tea" }),
  decide.move("pay"),
  decide.respond("Thanks"),
];

Deno.test("replay, guards and texts read the recorded data", async () => {
  const { state } = await shopOf(new MockLLM(visit)).createSession().next("Tea");
  await assertReplays(state, shopOf());
  await assertReplays(state, shopOf(), { context: undefined });
  // Texts are called only for a model, and with a context.
  const broken = shopOf(new MockLLM(), () => {
    throw new Error("called");
  });
  await assertReplays(state, broken);
  const asking = () => replaySession(state, broken, { context: undefined });
  await assertRejects(asking, GuardError, "the description threw: called");
  const llm = new MockLLM(visit);
  await assertReplays(state, shopOf(), { llm });
  const lasts = llm.requests.map(({ messages }) => messages.at(-1)!.content.split("\n")[1]);
  assertEquals(lasts, ["Talk about 0 things", "Talk about 1 things", "Pay"]);
});

Deno.test("replay, a recording without data is replayed by an agent that has some", async () => {
  const steps = { talk: { description: "Talk" } };
  const plain = new Agent({
    name: "shop",
    llm: new MockLLM([decide.respond("Hello")]),
    start: "talk",
    steps,
  });
  const { state } = await plain.createSession().next("Hi");
  await assertReplays(state, shopOf());
  await assertReplays(state, shopOf(), { context: undefined });
});

Deno.test("scenario(), begins with the given data", async () => {
  await assertScenario({
    agent: shopOf(new MockLLM([decide.move("pay"), decide.respond("Thanks")])),
    data: { cart: ["tea"] },
    goal: "Pay",
    user: ["I pay"],
    checks: { "pays": ({ turns }) => turns.at(-1)?.step === "pay" },
  });
});
