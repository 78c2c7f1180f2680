import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { type Command, earlyAnswer, mistake, positive } from "../../src/profile/command_line.ts";

/** The early answer to a command line of one flag and help. */
function answerTo(...args: string[]): Command<never> | undefined {
  const early = earlyAnswer();
  const flags = parseArgs(args, {
    alias: { h: "help" },
    boolean: ["help"],
    string: ["top"],
    unknown: early.unknown,
  });
  return early.answer(flags);
}

function unknown(argument: string): Command<never> {
  return mistake(argument, "a flag that --help lists");
}

Deno.test("mistake() says what was given for what, and what was expected", () => {
  assertEquals(mistake("abc", "a whole number", "--top"), {
    kind: "mistake",
    message: 'Could not use "abc" for --top: expected a whole number',
  });
  assertEquals(mistake("abc", "a flag"), {
    kind: "mistake",
    message: 'Could not use "abc": expected a flag',
  });
});

Deno.test("mistake() keeps to one line whatever the value contains", () => {
  const command = mistake('a\r\nb"c\u001b[2J', "a name", "--output");
  assertEquals(command, {
    kind: "mistake",
    message: String.raw`Could not use "a\r\nb\"c\u001b[2J" for --output: expected a name`,
  });
});

Deno.test("positive() reads whole numbers from 1", () => {
  assertEquals(["1", "42", "007", "9007199254740991"].map(positive), [1, 42, 7, 2 ** 53 - 1]);
});

Deno.test("positive() gives nothing for anything else", () => {
  const texts = ["", "0", "-1", "+1", "1.5", "1e3", "0x10", " 1", "1\n", "one", "٣"];
  for (const text of texts) assertEquals(positive(text), undefined, text);
  assertEquals(positive("9007199254740992"), undefined);
});

Deno.test("earlyAnswer() has none for a command line that it knows", () => {
  assertEquals(answerTo(), undefined);
  assertEquals(answerTo("--top", "help"), undefined);
});

Deno.test("earlyAnswer() gives help where it is asked for", () => {
  assertEquals(answerTo("--help"), { kind: "help" });
  assertEquals(answerTo("-h", "--top", "0"), { kind: "help" });
});

Deno.test("earlyAnswer() names the first argument that is no flag of the command", () => {
  assertEquals(answerTo("--loud", "--quiet"), unknown("--loud"));
  assertEquals(answerTo("-x"), unknown("-x"));
  assertEquals(answerTo("extra"), unknown("extra"));
  assertEquals(answerTo("5"), unknown("5"));
  assertEquals(answerTo("--", "extra"), unknown("extra"));
});

Deno.test("earlyAnswer() prefers a mistake to help", () => {
  assertEquals(answerTo("--help", "--loud"), unknown("--loud"));
});

Deno.test("earlyAnswer() keeps the arguments out of the flags", () => {
  assertEquals(earlyAnswer().unknown("--loud"), false);
});

Deno.test("earlyAnswer() remembers nothing of another command line", () => {
  answerTo("--loud");
  assertEquals(answerTo(), undefined);
});
