import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SaxesParser } from "saxes";
import { SessionUsage } from "../../src/history/session_usage.ts";
import { formatJUnit } from "../../src/cli/test/junit.ts";
import type { TestOutcome } from "../../src/cli/test/outcome.ts";

/** Element of a document. */
interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** Parses a document. Throws if it is not well-formed. */
function parse(xml: string): readonly Element[] {
  const parser = new SaxesParser();
  const elements: Element[] = [];
  const open: Element[] = [];
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: "" };
    elements.push(element);
    open.push(element);
  });
  parser.on("text", (text) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += text;
  });
  parser.on("closetag", () => open.pop());
  parser.write(xml).close();
  return elements;
}

const NASTY =
  "<&>\"' ]]> \u0000\u0001\u001b[31m\u007f\ufffe\uffff\ud800 \r\n\t &amp; \u{1f600} <!-- \u2028";

/** Outcome of a test that was played. */
function outcome(status: TestOutcome["status"], text: string): TestOutcome {
  const usage = new SessionUsage();
  usage.modelCalls = 3;
  usage.usage = { input: 90, output: 10 };
  usage.cost = 0.25;
  return {
    name: `test ${text}`,
    line: 7,
    status,
    reasons: status === "passed" ? [] : [text, "second"],
    time: 12.3456,
    ...status !== "skipped" && { report: { runs: 5, passes: 4, usage, score: 0.8 } },
    transcript: status === "skipped" ? [] : [`user: ${text}`, "agent: last"],
  };
}

Deno.test("nomos test --junit, is well-formed XML whatever users, models and tools say", () => {
  const statuses = ["passed", "failed", "error", "unanswered", "skipped"] as const;
  const xml = formatJUnit([
    { file: NASTY, tests: statuses.map((status) => outcome(status, NASTY)) },
    { file: "broken.yaml", tests: [], problem: NASTY },
  ], 61.8);
  const elements = parse(xml);
  const all = (name: string) => elements.filter((element) => element.name === name);
  assertEquals(all("testsuites")[0]!.attributes, {
    tests: "6",
    failures: "1",
    errors: "3",
    skipped: "1",
    time: "0.062",
  });
  assertEquals(all("testcase").length, 6);
  const [passed] = all("testcase");
  const { classname, file, line, time } = passed!.attributes;
  assertEquals([classname, line, time], [file, "7", "0.012"]);
  assertStringIncludes(passed!.attributes.name!, "test <&>\"' ]]> ??");
  assertEquals(all("property").slice(0, 6).map(({ attributes }) => attributes), [
    { name: "tokens", value: "100" },
    { name: "cost", value: "0.25" },
    { name: "model_calls", value: "3" },
    { name: "score", value: "0.8" },
    { name: "runs", value: "5" },
    { name: "passes", value: "4" },
  ]);
  assertEquals(all("failure").map(({ attributes: { type } }) => type), ["check"]);
  assertEquals(all("error").map(({ attributes: { type } }) => type), [
    "error",
    "unanswered",
    "file",
  ]);
  assertStringIncludes(all("failure")[0]!.text, "\u{1f600} <!--");
  assert(all("system-out").every(({ text }) => text.endsWith("agent: last")));
  assertEquals(all("skipped").length, 1);
});

Deno.test("nomos test --junit, cuts long texts to 2,000 characters, and keeps their end", () => {
  const text = `${"x".repeat(5000)}\u{1f600}`;
  const xml = formatJUnit([{ file: "a.yaml", tests: [outcome("failed", text)] }], 1);
  for (const { text } of parse(xml)) assert(text.length <= 2000 + 20);
  const transcript = parse(xml).find(({ name }) => name === "system-out")!;
  assertEquals(transcript.text.length, 2000);
  assert(transcript.text.startsWith("…") && transcript.text.endsWith("agent: last"));
});
