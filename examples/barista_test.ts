/**
 * Test suite of the barista: a template for the tests of your own agents.
 *
 * Without a network and without a permission:
 *
 *     deno test examples/barista_test.ts
 *
 * Also with gpt-5-mini of OpenAI, or the model that `OPENAI_MODEL` and `OPENAI_BASE_URL` name:
 *
 *     deno test --allow-env=OPENAI_API_KEY,OPENAI_MODEL,OPENAI_BASE_URL \
 *       --allow-net=api.openai.com examples/barista_test.ts -- --real
 *
 * @module
 */
import { decide, MockLLM, raw } from "@nomos/agent";
import {
  assertScenario,
  explore,
  forbidRealModels,
  fuzz,
  judge,
  repeat,
  requestSnapshot,
  scenario,
  simulatedUser,
  trajectoryOf,
} from "@nomos/agent/testing";
import { assertEquals } from "@std/assert";
import { createBarista, realModel, scriptedModel } from "./barista.ts";

const isReal = Deno.args.includes("--real");
// Every call of a real model throws.
if (!isReal) forbidRealModels();

// Single turns, with scripted decisions.

const addLatte = decide.call("add_to_cart", { drink: "latte" });

Deno.test("barista puts drinks into the cart of the customer", async () => {
  const llm = new MockLLM([decide.move("order"), addLatte, decide.respond("Anything else?")]);
  const turn = await createBarista(llm).createSession().next("A latte");
  assertEquals(turn.data, { drinks: ["latte"], cents: 350 });
  assertEquals([turn.step, turn.response], ["order", "Anything else?"]);
  llm.assertDone();
});

Deno.test("barista offers the checkout only if a drink is in the cart", async () => {
  const llm = new MockLLM([decide.move("order"), addLatte, decide.respond("Anything else?")]);
  await createBarista(llm).createSession().next("A latte");
  const routes = llm.requests.map(({ legal }) => legal?.routes);
  assertEquals(routes, [["order"], ["greet"], ["greet", "checkout"]]);
});

Deno.test("barista refuses a drink that is not on the menu, and the model tries again", async () => {
  const beer = raw({ decision: decide.call("add_to_cart", { drink: "beer" }) });
  const llm = new MockLLM([decide.move("order"), beer, decide.respond("We have no beer")]);
  const turn = await createBarista(llm).createSession().next("A beer");
  assertEquals([turn.data.drinks, turn.response], [[], "We have no beer"]);
});

// A whole conversation with checks.

Deno.test("barista serves a customer from the menu to the checkout", async () => {
  await assertScenario({
    agent: createBarista(scriptedModel()),
    goal: "Buy a latte and an espresso",
    user: ["What do you have?", "A latte and an espresso", "That is all"],
    checks: {
      "shows the menu before it takes the order": (played) =>
        trajectoryOf(played).inOrder([{ called: "get_menu" }, { moved: ["greet", "order"] }]),
      "adds the latte": (played) =>
        trajectoryOf(played).calledWith("add_to_cart", { drink: "latte" }),
      "reaches the checkout": ({ turns }) => turns.at(-1)?.step === "checkout",
    },
  });
});

// Every step, route, guard and tool outcome, without a script.

Deno.test("barista has no dead end", async () => {
  const options = { data: [{ drinks: ["latte"] }], decisions: 2_000 };
  (await explore(createBarista(new MockLLM()), options)).assertComplete();
});

Deno.test("barista survives malformed outputs, failing tools, aborts and crashes", async () => {
  await fuzz(createBarista(new MockLLM()), { runs: 200 });
});

// The prompt as text. After an intended change, run `deno test --update-snapshots`.

Deno.test("barista sends the same prompt as before", async (t) => {
  const agent = createBarista(new MockLLM());
  const session = agent.createSession();
  await t.assertSnapshot(requestSnapshot(await agent.explain(session)));
});

// Several conversations with a real model, because the result of one depends on chance.

Deno.test({
  name: "barista sells a mocha with a real model, in 4 of 5 conversations",
  ignore: !isReal,
  fn: async () => {
    const llm = realModel();
    const runs = await repeat(5, () =>
      scenario({
        agent: createBarista(llm),
        goal: "Buy a mocha",
        user: simulatedUser(llm, { persona: "In a hurry" }),
        checks: {
          "adds the mocha": (played) =>
            trajectoryOf(played).calledWith("add_to_cart", { drink: "mocha" }),
          "is friendly": judge(llm, "The barista is friendly and brief"),
        },
      }));
    runs.assertPassRate({ atLeast: 0.8 });
  },
});
