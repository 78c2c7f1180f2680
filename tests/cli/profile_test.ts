import { loadAgent } from "@nomos/agent/config";
import { decide, type LLM, MockLLM } from "@nomos/agent";
import { sqliteStore } from "@nomos/agent/sqlite";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readTags } from "../profile/draw/xml_tags.ts";
import { nomos, nomosJson, withFiles } from "./in_process.ts";
import { expectCode, nomos as nomosProcess, ROOT } from "./process.ts";

const CAFE = "docs/cafe/agent.yaml";

const DESK = `name: desk
llm: { provider: openai, model: gpt-5-mini }
start: talk
steps: [{ id: talk, desc: Help the customer }]
`;

const TALK = `- user: Hello
- respond: Hello. What can I do?
- user: Nothing
- respond: Goodbye
`;

Deno.test("profile, plays the conversation beside the agent without a key, and attributes all of it", async () => {
  const profile = await nomosJson(0, "profile", CAFE);
  assertEquals([profile.agent, profile.source, profile.turns.length], ["barista", "mock", 5]);
  assertEquals(profile.attributed, { time: 1, tokens: 1, cost: 1 });
  const { code, stdout } = await nomos("profile", CAFE, "--by", "tokens");
  assertEquals(code, 0);
  assertStringIncludes(stdout, "where the time goes");
  assertStringIncludes(stdout, "decisions that only move");
});

Deno.test("profile --save and --against, exit with 0 for an equal run and name what a longer one costs", () =>
  withFiles({ "agent.yaml": DESK, "conversation.yaml": TALK }, async (folder) => {
    const [agent, base] = [`${folder}/agent.yaml`, `${folder}/base.json`];
    await nomosJson(0, "profile", agent, "--save", base);
    const saved = await Deno.readTextFile(base);
    await nomosJson(0, "profile", agent, "--save", base, "--against", base);
    assertEquals(await Deno.readTextFile(base), saved);

    await Deno.writeTextFile(agent, DESK.replace("Help the customer", "Help them ".repeat(20)));
    const worse = await nomos("profile", agent, "--against", base, "--markdown");
    assertEquals(worse.code, 1, worse.stdout);
    assertStringIncludes(worse.stdout, "| **prompt_chars** |");
    assertStringIncludes(worse.stdout, "step message");
    const allowed = ["--allow", "prompt_chars=90%", "--allow", "max_prompt_chars=90%"];
    const { code } = await nomos(
      "profile",
      agent,
      "--against",
      base,
      ...allowed,
      "--allow",
      "stable_chars=90%",
    );
    assertEquals(code, 0);

    const broken = `${folder}/broken.json`;
    await Deno.writeTextFile(broken, saved.replace('"moves": 0', '"moves": -1'));
    for (const flag of ["--against", "--save"]) {
      const { error } = await nomosJson(3, "profile", agent, flag, broken);
      assertStringIncludes(error.message, "at figures.moves: ");
      assertStringIncludes(error.message, `Delete "${broken}", and save the figures again`);
    }

    await Deno.writeTextFile(`${folder}/conversation.yaml`, TALK.replace("Nothing", "Much"));
    assertEquals((await nomos("profile", agent, "--against", base)).code, 3);
    await Deno.remove(`${folder}/conversation.yaml`);
    const { code: unscripted, stderr } = await nomos("profile", agent, "--save", base);
    assertEquals(unscripted, 2);
    assertStringIncludes(stderr, "conversation.yaml or --script FILE");
  }));

Deno.test("profile, has the schemas and the prices of models whose keys are not set", () => {
  const agent = (key: string) =>
    "name: desk\nstart: talk\nsteps: [{ id: talk, desc: Help the customer }]\n" +
    `llm: { provider: anthropic, model: claude-sonnet-5, kwargs: { api_key: ${key} } }\n`;
  return withFiles({ "agent.yaml": agent("key"), "conversation.yaml": TALK }, async (folder) => {
    const file = `${folder}/agent.yaml`;
    const { figures, parts, model } = await nomosJson(0, "profile", file);
    await Deno.writeTextFile(file, agent("$NOMOS_KEY_THAT_IS_NOT_SET"));
    const unset = await nomosJson(0, "profile", file);
    assertEquals([unset.figures, unset.parts, unset.model], [figures, parts, model]);
    assertEquals(model, "anthropic/claude-sonnet-5");
  });
});

Deno.test("profile, plays the verdicts of the script, and names the line of one that is wrong", () => {
  const tools = `export const pay = ({ cents }: { cents: number }) => cents + " paid";`;
  const agent = DESK.replace("desc: Help", "tools: [pay], desc: Help") +
    "tools:\n  files: [tools.ts]\n  defs:\n" +
    "    pay: { desc: Pay, args: [{ key: cents, type: int }], approval: true }\n";
  const script = (...verdicts: string[]) =>
    ["- user: Pay", "- { call: pay, args: { cents: 5 } }", ...verdicts, "- respond: Done"].join(
      "\n",
    );
  const files = { "agent.yaml": agent, "tools.ts": tools };
  return withFiles(files, async (folder) => {
    const play = async (code: number, ...verdicts: string[]) => {
      const file = `${folder}/conversation.yaml`;
      await Deno.writeTextFile(file, script(...verdicts));
      const { error, tools } = await nomosJson(code, "profile", `${folder}/agent.yaml`);
      return error === undefined ? tools : error.message.replaceAll(folder, "");
    };
    assertEquals((await play(0))[0].resultChars, "5 paid".length);
    assertEquals((await play(0, "- { approve: pay, args: { cents: 500 } }"))[0].resultChars, 8);
    assertEquals((await play(0, "- { deny: pay, reason: No }"))[0].resultChars, "No".length);
    assertStringIncludes(
      await play(3, "- deny: pay", "- deny: pay"),
      '/conversation.yaml:4: Cannot play {"deny":"pay"}: no call of tool "pay" waits here',
    );
    assertStringIncludes(await play(1, "- deny: pya"), 'there is no tool "pya": expected "pay"');
  });
});

Deno.test("profile --output, writes a picture and a file for speedscope, and fails first if it cannot", () =>
  withFiles({ "agent.yaml": DESK, "conversation.yaml": TALK }, async (folder) => {
    const stem = `${folder}/new/out`;
    assertEquals((await nomos("profile", `${folder}/agent.yaml`, "-o", stem)).code, 0);
    assert(readTags(await Deno.readTextFile(`${stem}.svg`)).includes("svg"));
    const { profiles } = JSON.parse(await Deno.readTextFile(`${stem}.speedscope.json`));
    assertEquals(profiles.length, 2);
    const { code, stdout, stderr } = await nomos(
      "profile",
      `${folder}/agent.yaml`,
      "-o",
      `${folder}/agent.yaml/out`,
    );
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, `Cannot write "${folder}/agent.yaml/out.svg"`);
  }));

Deno.test("profile --session, says what the log knows, and --as what another model would cost", () =>
  withFiles({ "agent.yaml": DESK }, async (folder) => {
    const url = `sqlite:${folder}/sessions.db`;
    const store = await sqliteStore(`${folder}/sessions.db`);
    const mock = new MockLLM([decide.respond("Hello"), decide.respond("Goodbye")]);
    const llm: LLM = {
      name: "house",
      decide: async (request) => {
        return { ...await mock.decide(request), usage: { input: 2_000, output: 20 } };
      },
    };
    const agent = await loadAgent(`${folder}/agent.yaml`, { llm });
    const session = await agent.openSession("ann", { store });
    await session.next("Hi");
    await session.next("Bye");
    await store.close();

    const of = [`${folder}/agent.yaml`, "--session", "ann", "--store", url];
    const profile = await nomosJson(0, "profile", ...of);
    assertEquals([profile.source, profile.turns.length], ["log", 2]);
    const { code, stdout } = await nomos("profile", ...of, "--as", "openai/gpt-5-mini");
    assertEquals(code, 0, stdout);
    assertStringIncludes(stdout, "openai/gpt-5-mini");
    assertStringIncludes(stdout, "1,024");
    assertEquals((await nomos("profile", ...of, "--as", "nobody/none")).code, 1);
    assertEquals((await nomos("profile", ...of, "--script", "x.yaml")).code, 2);
  }));

Deno.test("profile --turn, fails for a turn that was not played, and writes nothing", () =>
  withFiles({ "agent.yaml": DESK, "conversation.yaml": TALK }, async (folder) => {
    const [agent, base] = [`${folder}/agent.yaml`, `${folder}/base.json`];
    const shown = await nomos("profile", agent, "--turn", "2");
    assertStringIncludes(shown.stdout, "turn 2: Nothing");
    const { error } = await nomosJson(1, "profile", agent, "--turn", "99", "--save", base);
    assertEquals(error.message, "Cannot show turn 99: expected a number from 1 to 2");
    const { code, stderr } = await nomos("profile", agent, "--against", base);
    assertEquals(code, 3, "no base was saved");
    assertStringIncludes(stderr, `Write it first: --save ${base}`);
  }));

Deno.test("profile, refuses flags that are wrong or exclude each other", async () => {
  const wrong = [
    ["--latency", "1,2"],
    ["--latency", "1,2,-3"],
    ["--turn", "0"],
    ["--allow", "prompt_chars"],
    ["--as", "openai/gpt-5-mini"],
    ["--store", "sqlite:x.db"],
    ["--model", "real", "--save", "base.json"],
    ["--by", "size"],
  ];
  for (const flags of wrong) {
    const { code, stdout, stderr } = await nomos("profile", CAFE, ...flags);
    assertEquals([code, stdout], [2, ""], flags.join(" "));
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});

Deno.test("profile, plays in the agent's process, samples functions, and sets two profiles side by side", () =>
  withFiles({}, async (folder) => {
    const stem = `${folder}/p`;
    const flags = ["--functions", "-n", "1", "-o", stem, "--json"];
    const played = await nomosProcess(["profile", CAFE, ...flags], { cwd: ROOT });
    assertEquals(played.code, 0, played.stderr);
    await Deno.writeTextFile(`${folder}/a.json`, played.stdout);
    const cpu = await Deno.readTextFile(`${stem}.cpuprofile`);
    assert(JSON.parse(cpu).nodes.length > 0);
    assert(!cpu.includes(new URL(".", import.meta.url).pathname), "an absolute path");
    const names = [`${folder}/a.json`, `${folder}/a.json`];
    const diff = await nomosProcess(["profile", "diff", ...names], { cwd: ROOT });
    assertEquals(diff.code, 0, diff.stderr);
    assertStringIncludes(diff.stdout, "model_calls");
    const document = JSON.parse(played.stdout);
    for (
      const [change, place] of [
        [{ figures: { ...document.figures, moves: null } }, "figures.moves"],
        [{ time: [null] }, "time.0"],
      ] as const
    ) {
      const changed = `${folder}/changed.json`;
      await Deno.writeTextFile(changed, JSON.stringify({ ...document, ...change }));
      const args = ["profile", "diff", changed, changed, "--json"];
      const { stdout } = await expectCode(1, nomosProcess(args, { cwd: ROOT }));
      assertStringIncludes(
        JSON.parse(stdout).error.message,
        `Cannot read the profile in "${changed}": at ${place}: `,
      );
    }
  }));
