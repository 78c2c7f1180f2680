import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { parseOptions, USAGE } from "../../../scripts/profile/options.ts";

const DEFAULTS = {
  iterations: 10,
  output: "profile",
  top: 20,
  sort: "cumulative",
  filter: "",
  cache: true,
  validate: true,
  "fresh-tools": false,
  "keep-tools": false,
  compare: false,
  json: false,
};

/** Returns the message for wrong flags. */
function mistakeOf(...args: string[]): string {
  const command = parseOptions(args);
  return command.kind === "mistake" ? command.message : `no mistake, but ${command.kind}`;
}

Deno.test("parseOptions has a default for every flag", () => {
  assertEquals(parseOptions([]), {
    kind: "run",
    positionals: [],
    options: { ...DEFAULTS, sort: "cumulative" },
  });
});

Deno.test("parseOptions reads every flag", () => {
  const args = "-n 3 --output out/p --top 5 --sort calls --filter src --no-cache --no-validate " +
    "--keep-tools --json";
  assertEquals(parseOptions(args.split(" ")), {
    kind: "run",
    positionals: [],
    options: {
      iterations: 3,
      output: "out/p",
      top: 5,
      sort: "calls",
      filter: "src",
      cache: false,
      validate: false,
      "fresh-tools": false,
      "keep-tools": true,
      compare: false,
      json: true,
    },
  });
});

Deno.test("parseOptions reads the long names and values behind an equals sign", () => {
  const command = parseOptions(["--iterations=7", "-o", "x", "--sort=self"]);
  assertEquals(command, {
    kind: "run",
    positionals: [],
    options: { ...DEFAULTS, iterations: 7, output: "x", sort: "self" },
  });
});

Deno.test("parseOptions rejects invalid numbers", () => {
  for (const value of ["0", "abc", "1.5", "1e3", "0x10", "99999999999999999999"]) {
    assertEquals(
      mistakeOf("-n", value),
      `Cannot use "${value}" for --iterations: expected a whole number from 1`,
    );
  }
  assertStringIncludes(mistakeOf("-n"), 'Cannot use "" for --iterations');
  assertStringIncludes(mistakeOf("-n", "-3"), 'Cannot use "-3" for --iterations: expected a whole');
  assertStringIncludes(mistakeOf("--top", "none"), 'Cannot use "none" for --top');
});

Deno.test("parseOptions rejects unknown arguments with a message of one line", () => {
  assertEquals(
    mistakeOf("--frobnicate"),
    'Cannot use "--frobnicate": expected a flag that --help lists',
  );
  assertStringIncludes(mistakeOf("-x"), '"-x"');
  assertStringIncludes(mistakeOf("--no-json"), '"--no-json"');
  assertStringIncludes(mistakeOf("extra"), '"extra"');
  assertStringIncludes(mistakeOf("--", "extra"), '"extra"');
  assertStringIncludes(mistakeOf("--sort", "name"), "expected one of cumulative, self, calls");
  assertStringIncludes(mistakeOf("--output"), "expected a text");
  assertFalse(mistakeOf("--a\nb").includes("\n"));
});

Deno.test("parseOptions accepts --compare and --fresh-tools, which name what is done anyway", () => {
  assertEquals(parseOptions(["--compare", "--fresh-tools"]), {
    kind: "run",
    positionals: [],
    options: { ...DEFAULTS, sort: "cumulative", compare: true, "fresh-tools": true },
  });
});

Deno.test("parseOptions refuses flags that contradict each other, in any order", () => {
  const cases = [
    ["--no-cache", "--compare", "--compare, which measures both"],
    ["--keep-tools", "--compare", "--compare, which makes new tools"],
    ["--keep-tools", "--fresh-tools", "--fresh-tools"],
  ] as const;
  for (const [flag, other, reason] of cases) {
    for (const args of [[flag, other], [other, flag]]) {
      assertEquals(mistakeOf(...args), `Cannot use "${flag}": expected it without ${reason}`);
    }
  }
});

Deno.test("parseOptions refuses a folder as the stem of the files", () => {
  for (const output of ["out/", ".", "..", "out/..", "a\\\\"]) {
    assertEquals(
      mistakeOf("--output", output),
      `Cannot use ${JSON.stringify(output)} for --output: expected the start of a file name, ` +
        "such as profile",
    );
  }
  for (const output of ["out/.profile", "a.b", "..."]) {
    assertEquals(parseOptions(["--output", output]).kind, "run");
  }
});

Deno.test("parseOptions prefers help", () => {
  assertEquals(parseOptions(["--help", "-n", "0"]), { kind: "help" });
  assertEquals(parseOptions(["-h"]), { kind: "help" });
});

Deno.test("USAGE names every flag and shows examples", () => {
  for (
    const flag of ["-n", "--output", "--top", "--sort", "--filter", "--no-cache", "--no-validate"]
      .concat("--fresh-tools", "--keep-tools", "--compare", "--json", "--help", "Examples:")
  ) assertStringIncludes(USAGE, flag);
});
