import { Agent, ConfigError, decide, MockLLM, Tool } from "@nomos/agent";
import {
  compareWithBase,
  type ConversationScript,
  formatComparison,
  profileAgent,
  type ProfileBase,
  takeBase,
} from "@nomos/agent/profile";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as v from "valibot";
import { formatBase, readBase } from "../../../src/profile/compare/profile_base.ts";

/** Changes of a small agent, as an author makes them. */
interface Changes {
  /** Menu that the tool returns. */
  readonly menu?: string;
  /** Additional tool of the step. */
  readonly extraTool?: boolean;
  /** Description of the step. */
  readonly description?: string;
  /** True if the description of the agent varies, so that it leaves the standing text. */
  readonly varies?: boolean;
}

const PERSONA = "You are a barista: friendly, and brief. ".repeat(8);

function createBarista(changes: Changes = {}) {
  const { menu = "espresso, latte, mocha", extraTool, description = "Take the order", varies } =
    changes;
  const args = v.object({});
  const tools = [
    new Tool({ name: "get_menu", description: "The menu", args, run: () => menu }),
    ...(extraTool ? [new Tool({ name: "get_time", description: "Now", args, run: () => 1 })] : []),
  ];
  return new Agent({
    name: "barista",
    llm: new MockLLM(),
    persona: varies ? () => PERSONA : PERSONA,
    start: "order",
    steps: {
      order: { description, tools, routes: { pay: "they are done" } },
      pay: { description: "Take the money" },
    },
  });
}

const SCRIPT: ConversationScript = [
  { input: "What do you have?", decisions: [decide.call("get_menu"), decide.respond("Latte")] },
  { input: "A latte", decisions: [decide.respond("Anything else?")] },
  { input: "No", decisions: [decide.move("pay"), decide.respond("Here you are")] },
];

const play = (changes: Changes = {}, script: ConversationScript = SCRIPT) =>
  profileAgent(createBarista(changes), script, { iterations: 1 });

const base: ProfileBase = takeBase(await play());

async function compare(changes: Changes, allow?: ProfileBase["allow"]) {
  return compareWithBase(await play(changes), base, allow);
}

Deno.test("twenty equal plays are equal to the byte", async () => {
  for (let run = 0; run < 20; run++) {
    assertEquals(formatBase(takeBase(await play())), formatBase(base));
  }
  assertEquals(readBase(formatBase(base)), base);
  const { verdict, reason } = await compare({});
  assertEquals({ verdict, reason }, { verdict: "equal", reason: undefined });
});

Deno.test("a model call more is found and named", async () => {
  const decisions = [decide.call("get_menu"), decide.call("get_menu"), decide.respond("Latte")];
  const now = await play({}, [{ ...SCRIPT[0]!, decisions }, ...SCRIPT.slice(1)]);
  // The script is compared as if it had made the agent do this by itself.
  const { verdict, reason, figures } = compareWithBase({ ...now, script: base.script }, base);
  assertEquals(verdict, "worse");
  assertEquals(figures.find(({ figure }) => figure === "model_calls")?.verdict, "worse");
  assertEquals(figures.find(({ figure }) => figure === "tool_calls")?.verdict, "worse");
  assertEquals(reason, "1 → 2 tool calls of get_menu");
});

Deno.test("a tool more is found in the schema, and named", async () => {
  const { verdict, reason, figures } = await compare({ extraTool: true });
  assertEquals(verdict, "worse");
  const worse = figures.filter((each) => each.verdict === "worse").map(({ figure }) => figure);
  assert(worse.includes("schema_chars") && worse.includes("prompt_chars"));
  assertMatch(
    reason!,
    /^schema, [\d,]+ → [\d,]+ characters, of step order, in 4 requests, which offer get_time now$/,
  );
});

Deno.test("5 % more tokens are found and named", async () => {
  const { prompt_chars: chars } = base.figures;
  const longer = "Take the order".padEnd(14 + Math.round(chars * 0.05 / 4), ".");
  const { verdict, reason, figures } = await compare({ description: longer });
  const { base: was, now } = figures.find(({ figure }) => figure === "prompt_chars")!;
  assert(now / was > 1.049 && now / was < 1.051);
  assertEquals(verdict, "worse");
  assertMatch(reason!, /^step message, .* of step order, in 4 requests$/);
});

Deno.test("a tool more of an agent that runs as a tool is named", async () => {
  const create = (extra: boolean) => {
    const named = (name: string) =>
      new Tool({ name, description: "D", args: v.object({}), run: () => 1 });
    const llm = new MockLLM();
    const tools = [named("look"), ...extra ? [named("dig")] : []];
    const kid = new Agent({
      name: "kid",
      llm,
      start: "s",
      steps: { s: { description: "S", tools } },
    });
    const asTool = kid.asTool({ name: "ask", description: "Ask" });
    const steps = { s: { description: "S", tools: [asTool] } };
    return new Agent({ name: "boss", llm, start: "s", steps });
  };
  const script = [{
    input: "Hi",
    decisions: [decide.call("ask", { input: "Look" }), decide.respond("Done")],
  }];
  const base = takeBase(await profileAgent(create(false), script));
  const allow = { model_calls: 9, tool_calls: 9 };
  const { reason } = compareWithBase(await profileAgent(create(true), script), base, allow);
  assertMatch(reason!, /^schema, .*, which offer dig now$/);
});

Deno.test("only a change that made a figure worse is its reason", async () => {
  // Fewer characters are stable, and fewer vary: the events of the summaries alone are worse.
  const create = (maxTokens: number) =>
    new Agent({
      name: "barista",
      llm: new MockLLM(),
      history: { maxTokens, keepTurns: 1, summarize: () => "They talked" },
      start: "a",
      steps: { a: { description: "A" } },
    });
  const script = ["One", "Two", "Three"].map((input) => ({
    input: input.padEnd(900, "."),
    decisions: [decide.respond("Yes")],
  }));
  const base = takeBase(await profileAgent(create(100_000), script));
  const { figures, reason } = compareWithBase(await profileAgent(create(300), script), base);
  const worse = figures.filter(({ verdict }) => verdict === "worse").map(({ figure }) => figure);
  assertEquals([worse, reason], [["events", "commits"], undefined]);
});

Deno.test("a longer result is named with the requests that read it", async () => {
  const { reason } = await compare({ menu: "x".repeat(500) });
  assertEquals(
    reason,
    "tool results, 168 → 2,080 characters, by get_menu, whose result is read in 4 requests",
  );
});

Deno.test("5 % less stable prefix is found and named", async () => {
  const { verdict, reason, figures } = await compare({ varies: true });
  const stable = figures.find(({ figure }) => figure === "stable_chars")!;
  assert(stable.now < stable.base * 0.95);
  assertEquals([verdict, stable.verdict], ["worse", "worse"]);
  assertMatch(reason!, /^the stable share of the prompts, [\d.]+ % → [\d.]+ %/);
});

Deno.test("an allowance is a number or a percentage, of the base or of the comparison", async () => {
  const changed = { menu: "espresso, latte, mocha, tea" };
  assertEquals((await compare(changed)).verdict, "worse");
  const allow = { prompt_chars: "5%", max_prompt_chars: 30, result_chars: 5, stable_chars: 1 };
  const { verdict, figures } = await compare(changed, allow);
  // A longer history makes the stable share larger.
  assertEquals(verdict, "better");
  assert(figures.some((each) => each.verdict === "within"));
  const tight = { ...allow, result_chars: 4 };
  assertEquals((await compare(changed, tight)).verdict, "worse");
  const allowing = { ...base, allow };
  assertEquals(compareWithBase(await play(changed), allowing).verdict, "better");
});

Deno.test("better never fails, and is worth saving", async () => {
  const comparison = await compare({ menu: "tea" });
  assertEquals(comparison.verdict, "better");
  assertStringIncludes(formatComparison(comparison), "Save the figures again");
});

Deno.test("another script is not compared, and another version is compared and named", async () => {
  const other = compareWithBase(await play({}, SCRIPT.slice(1)), base);
  assertEquals([other.verdict, other.figures.length], ["another script", 0]);
  const older = { ...base, package: "0.0.1" };
  const comparison = compareWithBase(await play(), older);
  assertEquals(comparison.verdict, "equal");
  assertStringIncludes(formatComparison(comparison), "version 0.0.1 of @nomos/agent");
});

Deno.test("a play without a script, of a real model, has no base", async () => {
  const auto = await profileAgent(createBarista(), undefined, { iterations: 1 });
  assertThrows(() => takeBase(auto), ConfigError, "the agent played by itself");
  const script = [{ input: "Hi" }];
  const llm = new MockLLM([decide.respond("Hi")], { whenDone: "repeat" });
  const real = createBarista().with({ llm });
  const profile = await profileAgent(real, script, { model: "real", iterations: 1 });
  assertThrows(() => compareWithBase(profile, base), ConfigError, "a real model");
  await assertRejects(() => profileAgent(createBarista(), []), ConfigError, "at least one turn");
});

Deno.test("what is no base and no allowance is refused with what was expected", async () => {
  assertThrows(() => readBase("{"), ConfigError, '"--save"');
  const { turns: _, ...figures } = base.figures;
  assertThrows(() => readBase(JSON.stringify({ ...base, figures })), ConfigError, "figures.turns");
  const played = await play();
  const compareWith = (other: object) => () => compareWithBase(played, other as never);
  assertThrows(compareWith({ ...base, figures }), ConfigError, "figures.turns");
  const wrong = (allow: object) => () => takeBase({ source: "mock", script: "s" } as never, allow);
  assertThrows(wrong({ tokens: 1 }), ConfigError, 'expected one of "turns", "model_calls"');
  for (const allowance of ["2", "1.5%", 0, 3]) {
    readBase(JSON.stringify({ ...base, allow: { turns: allowance } }));
  }
  for (const allowance of ["-1%", "x", -1, NaN, true, null]) {
    assertThrows(wrong({ turns: allowance }), ConfigError, '"2%"');
  }
});

Deno.test("the comparison as Markdown names what got worse", async () => {
  const markdown = formatComparison(await compare({ menu: "x".repeat(100) }), { markdown: true });
  const [title, , header, , ...rows] = markdown.split("\n");
  assertMatch(title!, /^### barista: \d of 14 figures got worse$/);
  assertEquals(header, "| figure | base | now | | allowed |");
  assert(rows.includes("| **result_chars** | 22 | 100 | **+354.5 %** | 0 |"));
  assert(rows.includes("| model_calls | 5 | 5 | | 0 |"));
  assertMatch(
    markdown,
    /Largest change: tool results, .* by get_menu, .*\n.*Times are not compared\.\n$/,
  );
});

Deno.test("a name in Markdown is neither a tag nor a cell, and links and notifies nobody", async () => {
  const agent = "<b>|x *y* @all #1 https://a.example www.a.example &amp;";
  const comparison = { ...await compare({}), agent };
  const [title] = formatComparison(comparison, { markdown: true }).split("\n");
  assertEquals(
    title,
    "### &#60;b&#62;&#124;x \\*y\\* @&#8203;all #&#8203;1 https:&#8203;//a.example " +
      "www&#8203;.a.example &#38;amp;: none of 14 figures got worse",
  );
});
