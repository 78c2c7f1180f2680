import { Agent, ConfigError, decide, MockLLM, Tool } from "@nomos/agent";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as v from "valibot";
import { describeTarget, type Exploration, ExplorationError, explore } from "@nomos/agent/testing";
import { exploredAgent } from "../explored_agent.ts";

const talk = (more: object) =>
  new Agent({
    name: "small",
    llm: new MockLLM(),
    start: "talk",
    steps: { talk: { description: "Talk", ...more } },
  });

const reachedBy = (exploration: Exploration) => exploration.reached.map(describeTarget);
const missedBy = (exploration: Exploration) =>
  exploration.missed.map(({ target, why }) => `${describeTarget(target)}: ${why}`);

Deno.test("explore() reaches every step, route, tool outcome and guard value", async () => {
  const exploration = await explore(exploredAgent());
  assertEquals(missedBy(exploration), []);
  assertEquals(exploration.problems, []);
  exploration.assertComplete();
  assertEquals(
    reachedBy(exploration).sort(),
    [
      "add_to_cart in order: error",
      "add_to_cart in order: invalid arguments",
      "add_to_cart in order: redirected",
      "add_to_cart in order: success",
      "add_to_cart in order: timeout",
      "answer in checkout",
      "answer in greet",
      "answer in order",
      "end in checkout",
      "end in greet",
      ...["get_menu in greet", "get_menu in order"].flatMap((tool) => [
        `${tool}: error`,
        `${tool}: invalid arguments`,
        `${tool}: redirected`,
        `${tool}: success`,
        `${tool}: timeout`,
      ]),
      "guard of route to checkout in order: closed",
      "guard of route to checkout in order: open",
      "guard of tool add_to_cart in order: closed",
      "guard of tool add_to_cart in order: open",
      "route check → greet",
      "route greet → check",
      "route greet → order",
      "route order → checkout",
      "route order → greet",
      "step check",
      "step checkout",
      "step greet",
      "step order",
    ],
  );
});

Deno.test("explore() plays shortest paths, nearest targets first", async () => {
  const { paths } = await explore(exploredAgent());
  const moves = paths.map(({ script }) => script.filter(({ action }) => action === "MOVE").length);
  assertEquals(moves.slice(0, 2), [0, 0]);
  const atCheckout = paths.find(({ reached }) => reached.some(({ step }) => step === "checkout"))!;
  assertEquals(
    atCheckout.script.slice(0, 2),
    [decide.move("order"), decide.move("checkout")],
  );
});

Deno.test("explore() returns scripts that a MockLLM plays again", async () => {
  const { paths } = await explore(exploredAgent());
  const path = paths.find(({ script }) => script.some(({ action }) => action === "TOOL_CALL"))!;
  const llm = new MockLLM(path.script);
  const tool = new Tool({
    name: "get_menu",
    description: "List the drinks",
    args: v.object({ size: v.optional(v.picklist(["small", "large"])) }),
    run: () => "done",
  });
  const agent = new Agent({
    name: "again",
    llm,
    start: "greet",
    steps: { greet: { description: "Greet them", tools: [tool] } },
  });
  const session = agent.createSession();
  for (const input of path.inputs) await session.next(input);
  llm.assertDone();
});

Deno.test("explore() is deterministic for a seed and walks differently for another", async () => {
  const [one, same, other] = await Promise.all([1, 1, 2].map(async (seed) => {
    const exploration = await explore(exploredAgent(), { seed });
    return JSON.stringify([exploration.paths, exploration.played, exploration.decisions]);
  }));
  assertEquals(same, one);
  assert(other !== one);
});

Deno.test("explore() returns the reason why a target cannot be reached", async () => {
  const island = new Agent({
    name: "island",
    llm: new MockLLM(),
    start: "shore",
    steps: { shore: { description: "A" }, island: { description: "B", end: false } },
  });
  const why = "no route leads to its step from the start step";
  assertEquals(missedBy(await explore(island)), [
    `step island: ${why}`,
    `answer in island: ${why}`,
  ]);
});

Deno.test("explore() requires a sample if arguments cannot be generated", async () => {
  const even = v.pipe(v.string(), v.check((text) => text === "open sesame", "say the word"));
  const door = new Tool({
    name: "open",
    description: "Open the door",
    args: v.object({ word: even }),
    run: () => "",
  });
  const missed = missedBy(await explore(talk({ tools: [door] })));
  assertEquals(missed.length, 4);
  assertMatch(
    missed[0]!,
    /^open in talk: success: no valid value for tool "open" .*say the word.*sample/,
  );
  const samples = { open: { word: "open sesame" } };
  (await explore(talk({ tools: [door] }), { samples })).assertComplete();
  const wrong = await explore(talk({ tools: [door] }), { samples: { open: { word: "please" } } });
  assertStringIncludes(missedBy(wrong)[0]!, 'the sample for tool "open" is refused: at word: say');
});

Deno.test("explore() finds a step from which no turn can end", async () => {
  const trap = new Agent({
    name: "trap",
    llm: new MockLLM(),
    start: "talk",
    steps: {
      talk: { description: "A", routes: { spin: "go" } },
      spin: { description: "B", auto: true, end: false, routes: { spin: "again" } },
    },
  });
  const { problems } = await explore(trap, { decisions: 0 });
  assertEquals(problems.map(({ check }) => check), ["way out"]);
  assertStringIncludes(problems[0]!.message, 'in step "spin"');
});

Deno.test("explore() splits a long path into several turns", async () => {
  for (const maxIterations of [1, 2, 3]) {
    const steps = Object.fromEntries(
      ["a", "b", "c", "d"].map((id, place, all) => [id, {
        description: id,
        routes: place < 3 ? { [all[place + 1]!]: "on" } : {},
      }]),
    );
    const options = { name: "long", llm: new MockLLM(), start: "a", steps, maxIterations };
    (await explore(new Agent(options))).assertComplete();
  }
});

Deno.test("explore() requires a sample if an answer cannot be generated", async () => {
  const answer = v.pipe(v.object({ code: v.string() }), v.check(({ code }) => code === "42"));
  const missed = missedBy(await explore(talk({ answer })));
  assertEquals(missed.length, 1);
  assertMatch(
    missed[0]!,
    /^answer in talk: no valid value for answer could be generated: .*expected one in answers: /,
  );
  (await explore(talk({ answer }), { answers: { talk: { code: "42" } } })).assertComplete();
});

Deno.test("explore() limits its walks by the option decisions", async () => {
  const none = await explore(exploredAgent(), { decisions: 0 });
  const some = await explore(exploredAgent(), { decisions: 500 });
  assert(none.decisions < 150, `${none.decisions}`);
  assert(some.decisions >= 500 && some.decisions < 560, `${some.decisions}`);
});

Deno.test("explore() does not change the agent", async () => {
  const llm = new MockLLM([decide.respond("Hello")]);
  const agent = new Agent({
    name: "same",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  const before = await agent.explain(agent.createSession({ id: "s" }));
  await explore(agent);
  assertEquals(await agent.explain(agent.createSession({ id: "s" })), before);
  assertEquals((await agent.createSession().next("Hi")).response, "Hello");
  assertEquals(llm.requests.length, 1);
});

Deno.test("Exploration.table() counts the reached targets of each step", async () => {
  assertEquals(
    (await explore(exploredAgent(), { decisions: 0 })).table(),
    `step      reached  answer, end  routes  tool outcomes  guards
greet     1/1      2/2          2/2     5/5            -
check     1/1      -            1/1     -              -
order     1/1      1/1          2/2     10/10          4/4
checkout  1/1      2/2          -       -              -

33 of 33 reached on 24 paths, 60 decisions, 0 problems
`,
  );
});

Deno.test("explore() reports a guard that is true for none of the sample contexts", async () => {
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    context: v.object({ level: v.number() }),
    guard: ({ context }) => context.level > 1,
    run: () => "",
  });
  const agent = new Agent({
    name: "guarded",
    llm: new MockLLM(),
    start: "talk",
    steps: {
      talk: {
        description: "Talk",
        tools: [look],
        routes: {
          leave: { when: "done", guard: ({ context }) => context.level > 5 && context.level < 3 },
        },
      },
      leave: { description: "Leave" },
    },
  });
  const route = "guard of route to leave in talk: open: it returned true for none of";
  const tool = "guard of tool look in talk: open: it returned true for none of";
  const expected = 'pass one for which it is true in the option "contexts"';
  const contexts = [{ level: 0 }, { level: 2 }, { level: 4 }];
  const exploration = await explore(agent, { contexts });
  assertEquals(missedBy(exploration), [`${route} 3 sample contexts: ${expected}`]);
  assertThrows(() => exploration.assertComplete(), ExplorationError, "guard of route to leave");
  assertStringIncludes(exploration.table(), "3/4");

  const low = await explore(agent, { contexts: contexts.slice(0, 1) });
  assertEquals(missedBy(low), [
    `${route} 1 sample contexts: ${expected}`,
    `${tool} 1 sample contexts: ${expected}`,
  ]);
  const [of, at] = missedBy(await explore(agent));
  assertMatch(of!, /^guard of route to leave .*its guard threw: .*level/);
  assertMatch(at!, /^guard of tool look .*its guard threw: .*level/);
  await assertRejects(
    () => explore(agent, { contexts: [{ level: "high" }] }),
    ConfigError,
    'Cannot explore agent "guarded"',
  );
});

Deno.test("Exploration.diagram() draws missed targets in red", async () => {
  const island = new Agent({
    name: "island",
    llm: new MockLLM(),
    start: "shore",
    steps: { shore: { description: "A" }, island: { description: "B", routes: { shore: "swim" } } },
  });
  assertStringIncludes(
    (await explore(island)).diagram(),
    `  step1 -->|"swim"| step0
  classDef missed stroke:#c00,stroke-width:3px,color:#c00
  class step1 missed
  linkStyle 1 stroke:#c00,stroke-width:3px,color:#c00
`,
  );
});

Deno.test("Exploration.assertComplete() throws an error with missed targets and failed checks", async () => {
  const trap = new Agent({
    name: "trap",
    llm: new MockLLM(),
    start: "talk",
    steps: {
      talk: { description: "A", routes: { spin: "go" } },
      spin: { description: "B", auto: true, end: false, routes: { spin: "again" } },
      lost: { description: "C", end: false },
    },
  });
  const exploration = await explore(trap, { decisions: 0 });
  const error = assertThrows(() => exploration.assertComplete(), ExplorationError);
  assertEquals(error.code, "EXPLORATION_FAILED");
  assertMatch(
    error.message,
    /^Exploration of agent "trap" failed: 2 targets were missed and 1 checks failed:\n- not reached: step lost: /,
  );
  assertStringIncludes(error.message, '\n- way out: in step "spin"');
});

Deno.test("explore() refuses a value that is not an agent", async () => {
  for (const agent of [{}, { name: "barista" }]) {
    await assertRejects(() => explore(agent), Error, "Cannot explore an object: expected an Agent");
  }
});
