import { assertEquals, assertFalse } from "@std/assert";
import { type Command, makeMistake, readFlags } from "../../src/cli/command_line.ts";

const FLAGS = {
  rounds: 5,
  filter: "",
  only: "all",
  store: ["sqlite", "postgres"],
  file: undefined,
  json: false,
  cache: true,
} as const;

const DEFAULTS = {
  rounds: 5,
  filter: "",
  only: "all",
  store: "sqlite",
  file: undefined,
  json: false,
  cache: true,
};

function read(...args: string[]): Command<unknown> {
  return readFlags(args, FLAGS, { alias: { n: "rounds" } });
}

function mistakeOf(...args: string[]): string {
  const command = read(...args);
  return command.kind === "mistake" ? command.message : `no mistake, but ${command.kind}`;
}

Deno.test("makeMistake() names the value, the flag and the expectation", () => {
  assertEquals(makeMistake("abc", "a whole number", "--top"), {
    kind: "mistake",
    message: 'Cannot use "abc" for --top: expected a whole number',
  });
  assertEquals(makeMistake("abc", "a flag"), {
    kind: "mistake",
    message: 'Cannot use "abc": expected a flag',
  });
});

Deno.test("makeMistake() makes a message of one line, for any value", () => {
  const command = makeMistake('a\r\nb"c\u001b[2J', "a name", "--output");
  assertEquals(command, {
    kind: "mistake",
    message: String.raw`Cannot use "a\r\nb\"c\u001b[2J" for --output: expected a name`,
  });
});

Deno.test("readFlags() has a default for every flag", () => {
  assertEquals(read(), { kind: "run", positionals: [], options: DEFAULTS });
});

Deno.test("readFlags() reads every kind of flag", () => {
  const args = "-n 3 --filter a --only=b --store postgres --file f --json --no-cache";
  assertEquals(read(...args.split(" ")), {
    kind: "run",
    positionals: [],
    options: {
      rounds: 3,
      filter: "a",
      only: "b",
      store: "postgres",
      file: "f",
      json: true,
      cache: false,
    },
  });
  assertEquals(read("--filter"), { kind: "run", positionals: [], options: DEFAULTS });
});

Deno.test("readFlags() takes whole numbers from 1", () => {
  for (const [text, value] of [["1", 1], ["007", 7], ["9007199254740991", 2 ** 53 - 1]] as const) {
    assertEquals(read("--rounds", text), {
      kind: "run",
      positionals: [],
      options: { ...DEFAULTS, rounds: value },
    });
  }
  const texts = ["", "0", "-1", "+1", "1.5", "1e3", "0x10", " 1", "1\n", "one", "٣"];
  for (const text of [...texts, "9007199254740992"]) {
    assertEquals(
      mistakeOf(...text === "" ? ["--rounds"] : [`--rounds=${text}`]),
      `Cannot use ${JSON.stringify(text)} for --rounds: expected a whole number from 1`,
    );
  }
});

Deno.test("readFlags() rejects unknown choices and missing texts", () => {
  assertEquals(
    mistakeOf("--store", "disk"),
    'Cannot use "disk" for --store: expected one of sqlite, postgres',
  );
  assertEquals(
    mistakeOf("--only"),
    'Cannot use "" for --only: expected a text that is not empty',
  );
  assertEquals(
    mistakeOf("--file"),
    'Cannot use "" for --file: expected a text that is not empty',
  );
});

Deno.test("readFlags() refuses the value of a switch", () => {
  for (const flag of ["--json", "--cache", "--no-cache", "--help"]) {
    for (const value of ["1", "maybe", "true", ""]) {
      assertEquals(
        mistakeOf(`${flag}=${value}`),
        `Cannot use "${value}" for ${flag}: expected no value`,
      );
    }
  }
  assertEquals(
    mistakeOf("--json", "false"),
    'Cannot use "false": expected a flag that --help lists',
  );
});

Deno.test("readFlags() takes what follows a flag as its value, but for another flag", () => {
  const wrongNumber = 'Cannot use "-1" for --rounds: expected a whole number from 1';
  assertEquals([mistakeOf("-n", "-1"), mistakeOf("--rounds", "-1")], [wrongNumber, wrongNumber]);
  assertEquals(
    mistakeOf("--file", "--json"),
    'Cannot use "--json" for --file: expected a text, or --file=--json',
  );
  assertEquals(read("--file=--json"), {
    kind: "run",
    positionals: [],
    options: { ...DEFAULTS, file: "--json" },
  });
  assertEquals(read("--filter="), { kind: "run", positionals: [], options: DEFAULTS });
  assertEquals(mistakeOf("--file="), 'Cannot use "" for --file: expected a text that is not empty');
  for (const args of [["-n3"], ["-n=3"], ["--n", "3"], ["-n", "2", "-n", "3"]]) {
    assertEquals(read(...args), {
      kind: "run",
      positionals: [],
      options: { ...DEFAULTS, rounds: 3 },
    });
  }
});

Deno.test("readFlags() names the first unknown argument", () => {
  for (
    const args of [["--verbose", "--silent"], ["-x"], ["extra"], ["5"], ["--no-json"], [
      "--constructor",
    ]]
  ) {
    const [first = ""] = args;
    assertEquals(read(...args), makeMistake(first, "a flag that --help lists"));
  }
  assertEquals(read("--", "extra"), makeMistake("extra", "a flag that --help lists"));
  assertFalse(mistakeOf("--a\nb").includes("\n"));
});

Deno.test("readFlags() reports an unknown flag before help, and help before an invalid value", () => {
  assertEquals(read("--help", "--verbose"), makeMistake("--verbose", "a flag that --help lists"));
  assertEquals(read("--help", "--rounds", "0"), { kind: "help" });
  assertEquals(read("-h"), { kind: "help" });
});

Deno.test("readFlags() calls check last, with the values", () => {
  const check = ({ rounds }: { readonly rounds: number }) =>
    rounds > 9 ? makeMistake(String(rounds), "fewer", "--rounds") : undefined;
  assertEquals(readFlags(["--rounds", "10"], { rounds: 1 }, { check }).kind, "mistake");
  assertEquals(readFlags(["--rounds", "9"], { rounds: 1 }, { check }).kind, "run");
});

Deno.test("readFlags() reads arguments beside flags, repeated flags and permissions", () => {
  const flags = {
    input: { repeated: "text" },
    net: { repeated: "optional text" },
    read: { repeated: "optional text" },
    json: false,
  } as const;
  const args = ["a.yaml", "--input", "Hi", "--net=a", "--input=Bye", "--net", "--read=b", "b"];
  assertEquals(readFlags(args, flags, { positionals: 2 }), {
    kind: "run",
    positionals: ["a.yaml", "b"],
    options: { input: ["Hi", "Bye"], net: true, read: ["b"], json: false },
  });
  assertEquals(readFlags([...args, "c"], flags, { positionals: 2 }), {
    kind: "mistake",
    message: 'Cannot use "c": expected at most 2 arguments, and flags that --help lists',
  });
  assertEquals(readFlags([], flags), {
    kind: "run",
    positionals: [],
    options: { input: [], net: [], read: [], json: false },
  });
});

Deno.test("readFlags() names the flag that is nearest to an unknown one", () => {
  const message = 'Cannot use "--jsn": expected a flag that --help lists; did you mean --json?';
  assertEquals(mistakeOf("--jsn"), message);
});
