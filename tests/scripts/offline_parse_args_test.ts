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

Deno.test("parseArgs() reads the flags that are named", () => {
  const flags = parseArgs(["--json", "--top", "20", "--tag", "a", "--tag", "b", "trace"], {
    boolean: ["json", "watch"],
    string: ["top", "sort", "tag", "port"],
    default: { port: "80" },
    alias: { j: "json", t: "top" },
  });
  assertEquals<unknown>(flags, {
    _: ["trace"],
    json: true,
    j: true,
    watch: false,
    top: "20",
    t: "20",
    tag: "b",
    port: "80",
  });
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

Deno.test("parseArgs() negates only what is negatable", () => {
  const flags = parseArgs(["--no-check", "--no-color"], {
    boolean: ["check"],
    negatable: ["check"],
    default: { check: true },
  });
  assertEquals(flags, { _: [], check: false, "no-color": true });
});

Deno.test("parseArgs() keeps the last value of a flag that is not collected", () => {
  assertEquals(parseArgs(["--tag", "a", "--tag", "b"]), { _: [], tag: "b" });
});

Deno.test("parseArgs() sets every alias of a flag, with its default too", () => {
  const flags = parseArgs(["-h", "file"], {
    boolean: ["help"],
    alias: { help: "h", port: "p" },
    default: { port: 80 },
  });
  assertEquals<unknown>(flags, { _: ["file"], help: true, h: true, port: 80, p: 80 });
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
