import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseOptions, USAGE } from "../../../bench/report/options.ts";

const DEFAULTS = {
  output: undefined,
  against: undefined,
  from: undefined,
  noise: 0.3,
  rounds: 5,
  report: false,
};

/** Returns the message for wrong flags. */
function mistakeOf(...args: string[]): string {
  const command = parseOptions(args);
  return command.kind === "mistake" ? command.message : `no mistake, but ${command.kind}`;
}

Deno.test("parseOptions() has a default for every flag but the files", () => {
  assertEquals(parseOptions([]), { kind: "run", positionals: [], options: DEFAULTS });
});

Deno.test("parseOptions() reads every flag", () => {
  const args = "--output a.json --against b.json --from c.json --noise 10 --rounds 3 --report";
  assertEquals(parseOptions(args.split(" ")), {
    kind: "run",
    positionals: [],
    options: {
      output: "a.json",
      against: "b.json",
      from: "c.json",
      noise: 0.1,
      rounds: 3,
      report: true,
    },
  });
});

Deno.test("parseOptions() reads short names and values after an equals sign", () => {
  assertEquals(parseOptions(["-o", "x", "--noise=12.5"]), {
    kind: "run",
    positionals: [],
    options: { ...DEFAULTS, output: "x", noise: 0.125 },
  });
});

Deno.test("parseOptions() accepts a noise of 0", () => {
  assertEquals(parseOptions(["--noise", "0"]), {
    kind: "run",
    positionals: [],
    options: { ...DEFAULTS, noise: 0 },
  });
});

Deno.test("parseOptions() rejects noise that is not a number of per cent", () => {
  for (const value of ["abc", "30%", "1e3", ".5", "5."]) {
    assertEquals(
      mistakeOf("--noise", value),
      `Cannot use "${value}" for --noise: expected a number of per cent from 0`,
    );
  }
  assertStringIncludes(mistakeOf("--noise=-3"), 'Cannot use "-3" for --noise');
  assertStringIncludes(mistakeOf("--noise"), 'Cannot use "" for --noise');
});

Deno.test("parseOptions() rejects an empty path", () => {
  for (const flag of ["--output", "--against", "--from"]) {
    assertEquals(
      mistakeOf(flag),
      `Cannot use "" for ${flag}: expected a text that is not empty`,
    );
  }
});

Deno.test("USAGE names every flag and shows examples", () => {
  for (
    const flag of ["-o, --output", "--against", "--noise", "--from", "--report", "--rounds"]
      .concat("-h, --help", "Examples:")
  ) assertStringIncludes(USAGE, flag);
});
