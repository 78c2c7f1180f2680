// What this repository relies on in @std/cli/parse-args: it holds for the package on JSR and for its
// stand-in.
import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";

Deno.test("parseArgs() reads flags, values and plain arguments", () => {
  assertEquals(parseArgs(["build", "--fast", "--out=a=b", "--jobs", "3", "--", "-x", "7"]), {
    _: ["build", "-x", "7"],
    fast: true,
    out: "a=b",
    jobs: 3,
  });
});

Deno.test("parseArgs() types the flags that are named", () => {
  const flags = parseArgs(["--json", "--top", "20", "--tag", "a", "--tag", "b", "trace"], {
    boolean: ["json", "watch"],
    string: ["top", "sort", "tag", "port"],
    collect: ["tag"],
    default: { port: "80" },
    alias: { json: "j", top: ["t", "first"] },
  });
  const top: string | undefined = flags.top;
  const first: string | undefined = flags.first;
  const json: boolean = flags.json;
  const j: boolean = flags.j;
  const tags: string[] = flags.tag;
  const port: string = flags.port;
  const plain: (string | number)[] = flags._;
  assertEquals([top, first, flags.sort, json, j, flags.watch], [
    "20",
    "20",
    undefined,
    true,
    true,
    false,
  ]);
  assertEquals([tags, port, plain], [["a", "b"], "80", ["trace"]]);
});

Deno.test("parseArgs() leaves a string flag alone and makes numbers of the rest", () => {
  const args = ["--id", "007", "--count", "007", "--hex=0x10", "--word", "1a", "5", ""];
  assertEquals(parseArgs(args, { string: ["id"] }), {
    _: [5, ""],
    id: "007",
    count: 7,
    hex: 16,
    word: "1a",
  });
  assertEquals<unknown>(parseArgs(["5"], { string: ["_"] }), { _: ["5"] });
});

Deno.test("parseArgs() gives a string flag without a value empty text", () => {
  assertEquals(parseArgs(["--name", "--verbose"], { string: ["name"] }), {
    _: [],
    name: "",
    verbose: true,
  });
  assertEquals(parseArgs([], { string: ["name"] }), { _: [] });
});

Deno.test("parseArgs() takes no value for a boolean flag but true and false", () => {
  const options = { boolean: ["watch", "json"] } as const;
  assertEquals(parseArgs(["--watch", "file", "--json", "false"], options), {
    _: ["file"],
    watch: true,
    json: false,
  });
  assertEquals(parseArgs(["--watch=false", "--json=yes"], options), {
    _: [],
    watch: false,
    json: true,
  });
});

Deno.test("parseArgs() takes every long flag for boolean when told so", () => {
  assertEquals(parseArgs(["--watch", "file", "--out=dir", "-p", "80"], { boolean: true }), {
    _: ["file"],
    watch: true,
    out: "dir",
    p: 80,
  });
});

Deno.test("parseArgs() negates only what is negatable", () => {
  const flags = parseArgs(["--no-check", "--no-color"], {
    boolean: ["check"],
    negatable: ["check"],
    default: { check: true },
  });
  assertEquals(flags, { _: [], check: false, "no-color": true });
});

Deno.test("parseArgs() makes a list of a collected flag, empty when it is not given", () => {
  const options = { string: ["tag"], boolean: ["v"], collect: ["tag", "v", "n"] } as const;
  assertEquals(parseArgs(["--tag", "1", "--tag=2", "-v", "-v", "--n", "3"], options), {
    _: [],
    tag: ["1", "2"],
    v: [true, true],
    n: [3],
  });
  assertEquals<unknown>(parseArgs([], options), { _: [], tag: [], v: [] });
});

Deno.test("parseArgs() keeps the last value of a flag that is not collected", () => {
  assertEquals(parseArgs(["--tag", "a", "--tag", "b"]), { _: [], tag: "b" });
});

Deno.test("parseArgs() sets every alias of a flag, with its default too", () => {
  const flags = parseArgs(["-h", "file"], {
    boolean: ["help"],
    alias: { help: "h", port: ["p", "P"] },
    default: { port: 80 },
  });
  assertEquals<unknown>(flags, { _: ["file"], help: true, h: true, port: 80, p: 80, P: 80 });
});

Deno.test("parseArgs() reads short flags one letter at a time", () => {
  assertEquals(parseArgs(["-abc", "value"]), { _: [], a: true, b: true, c: "value" });
  assertEquals(parseArgs(["-n5", "-o=out", "-I/usr/lib"]), {
    _: [],
    n: 5,
    o: "out",
    I: "/usr/lib",
  });
  assertEquals(parseArgs(["-f", "-", "-"]), { _: ["-"], f: "-" });
});

Deno.test("parseArgs() reads dotted names as objects", () => {
  assertEquals<unknown>(parseArgs(["--a.b", "1", "--a.c.d", "x"], { default: { "a.e": true } }), {
    _: [],
    a: { b: 1, c: { d: "x" }, e: true },
  });
});

Deno.test("parseArgs() keeps what follows -- apart when asked", () => {
  const flags = parseArgs(["run", "--", "--fast", "1"], { "--": true });
  assertEquals(flags, { _: ["run"], "--": ["--fast", "1"] });
  const rest: string[] = flags["--"];
  assertEquals(rest.length, 2);
});

Deno.test("parseArgs() stops at the first plain argument when asked", () => {
  assertEquals(parseArgs(["--fast", "--", "x"], { boolean: ["fast"], stopEarly: true }), {
    _: ["x"],
    fast: true,
  });
  assertEquals(parseArgs(["--a=1", "run", "--b", "2"], { stopEarly: true }), {
    _: ["run", "--b", "2"],
    a: 1,
  });
});

Deno.test("parseArgs() asks about unknown arguments and leaves out what is refused", () => {
  const asked: unknown[][] = [];
  const flags = parseArgs(["--top", "3", "--tpo=4", "file", "-x"], {
    string: ["top"],
    unknown: (...argument) => {
      asked.push(argument);
      return argument[0] === "file";
    },
  });
  assertEquals(flags, { _: ["file"], top: "3" });
  assertEquals(asked, [["--tpo=4", "tpo", "4"], ["file"], ["-x", "x", true]]);
});

Deno.test("parseArgs() knows flags called like the methods of an object", () => {
  assertEquals(parseArgs(["--toString", "--valueOf", "text"]), {
    _: [],
    toString: true,
    valueOf: "text",
  });
});
