import { assert, assertEquals, assertMatch } from "@std/assert";
import { IncrementalJson } from "../../src/json/incremental_json.ts";
import { isJson, readParts, readSplit } from "./split_json.ts";

/** What is wrong with a text, the same for every split of it; undefined if nothing is. */
function problemOf(text: string): string | undefined {
  const { problem } = readSplit(text);
  assertEquals(problem === undefined, isJson(text), `${JSON.stringify(text)}: ${problem}`);
  return problem;
}

/** Asserts that texts are taken, and that no beginning of them is refused. */
function assertTaken(texts: readonly string[]): void {
  for (const text of texts) {
    assertEquals(problemOf(text), undefined, JSON.stringify(text));
    for (let length = 0; length < text.length; length++) {
      const problem = readParts([text.slice(0, length)]).problem;
      if (problem === undefined) assert(isJson(text.slice(0, length)), text.slice(0, length));
      else assertEquals(placeIn(problem), length, problem);
    }
  }
}

/** Asserts that texts are refused, and that what stands before the fault is not. */
function assertRefused(texts: readonly string[]): void {
  for (const text of texts) {
    const problem = problemOf(text);
    assert(problem !== undefined, `Expected to be refused: ${JSON.stringify(text)}`);
    const place = placeIn(problem);
    const before = readParts([text.slice(0, place)]).problem ?? `a value at ${place} as`;
    assertEquals(placeIn(before), place, `${problem}, but ${before}`);
  }
}

function placeIn(problem: string): number {
  return Number(/ at (\d+) as/.exec(problem)![1]);
}

Deno.test("IncrementalJson takes every kind of value, alone and nested", () => {
  assertTaken(["null", "true", "false", "0", '""', '"a"', "[]", "{}", "[[]]", '{"a":{}}']);
  assertTaken(["[[],{},[{}]]", '{"a":[{"b":[]},{}],"c":""}', '[null,true,false,1,"x"]']);
  assertTaken(['{"":0}', '{"":{"":{"":[]}}}', '{"a":1,"a":2}', '{"a":1,"b":2,"a":{}}']);
  assertTaken(['{"__proto__":1}', '{"constructor":{"prototype":[]}}', '{"toString":"x","0":0}']);
});

Deno.test("IncrementalJson takes the four characters of white space between all others", () => {
  assertTaken([" 1", "1 ", "\t\n\r null\r\n\t ", " [ 1 , 2 ] ", ' { "a" : 1 , "b" : [ ] } ']);
  assertTaken(["[\n]", "{\r\n}", '{\t"a"\t:\t{\t}\t}', "[1\n,\n2]"]);
});

Deno.test("IncrementalJson refuses any other white space", () => {
  const others = [
    "\u00a0",
    "\u2028",
    "\u2029",
    "\u000b",
    "\f",
    "\u0085",
    "\u3000",
    "\u0000",
    "\u2060",
  ];
  for (const other of others) {
    assertRefused([`${other}1`, `1${other}`, `[${other}]`, `[1${other}]`]);
  }
});

Deno.test("IncrementalJson refuses a byte-order mark wherever it stands", () => {
  assertRefused(["\ufeff", "\ufeff{}", "{}\ufeff", "[\ufeff]", "\ufffe1", "\u00ef\u00bb\u00bf{}"]);
  assertTaken(['"\ufeff"', '["\ufeff",1]']);
});

Deno.test("IncrementalJson takes the numbers of the grammar, whatever their size", () => {
  const numbers = ["0", "-0", "1", "-1", "10", "1234567890", "0.0", "-0.5", "1.25", "0.000001"];
  const powers = [
    "1e5",
    "1E5",
    "1e+5",
    "1e-5",
    "0e0",
    "0E+0",
    "-0e-0",
    "1.5e007",
    "20e00",
    "1.0E9",
  ];
  const extremes = ["1e400", "-1e-400", "9007199254740993", "0." + "0".repeat(20), "9".repeat(40)];
  for (const number of [...numbers, ...powers, ...extremes]) {
    assertTaken([number, `[${number}]`, `{"a":${number}}`, `[${number},${number} ]`]);
  }
});

Deno.test("IncrementalJson refuses what only looks like a number", () => {
  const leading = ["00", "01", "-01", "-00", "0012", "+1", "+", "-", "--1", "- 1", ".5", "-.5"];
  const parts = [
    "1.",
    "1.e5",
    "1..2",
    "1.2.3",
    "1e",
    "1e+",
    "1e-",
    "1ee5",
    "1e5.5",
    "1e 5",
    "1e+-5",
  ];
  const others = [
    "0x10",
    "0b1",
    "0o7",
    "1_000",
    "1,0",
    "1n",
    "1f",
    "0e",
    "\u0661",
    "\uff11",
    "1 2",
  ];
  const names = ["NaN", "-NaN", "Infinity", "-Infinity", "+Infinity", "Inf", "nan"];
  const all = [...leading, ...parts, ...others, ...names];
  assertRefused(all);
  assertRefused(all.filter((text) => text !== "1,0").map((text) => `[${text}]`));
});

Deno.test("IncrementalJson takes any character and every escape in strings and keys", () => {
  const plain = [
    "é",
    "\u{1f600}",
    "\u007f",
    "\u0080",
    "\u2028\u2029",
    "\uffff",
    "/",
    "'",
    "\u{10ffff}",
  ];
  const escapes = ['\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", '\\\\\\"', "\\\\n"];
  const unicode = ["\\u0000", "\\u00e9", "\\uABCD", "\\uabcd", "\\u0022", "\\u005c", "\\u005Cn"];
  const texts = [...plain, ...escapes, ...unicode].flatMap((
    text,
  ) => [text, `a${text}b`, text + text]);
  assertTaken(texts.flatMap((text) => [`"${text}"`, `["${text}"]`, `{"${text}":"${text}"}`]));
});

Deno.test("IncrementalJson takes surrogates in pairs and alone, escaped or not, in any order", () => {
  const units = ["\ud83d", "\ude00", "\\ud83d", "\\uDE00", "\\n", "x"];
  const texts = units.flatMap((a) => units.flatMap((b) => units.map((c) => a + b + c)));
  for (const text of texts) {
    const { values, problem } = readSplit(`"${text}"`);
    assertEquals(problem, undefined);
    assertEquals(values, [{ path: [], kind: "characters", text: JSON.parse(`"${text}"`) }]);
  }
});

Deno.test("IncrementalJson refuses control characters in strings and keys", () => {
  for (let code = 0; code < 0x20; code++) {
    const control = String.fromCharCode(code);
    assertRefused([`"${control}"`, `"a${control}b"`, `{"${control}":1}`, `"\\${control}"`]);
  }
});

Deno.test("IncrementalJson refuses escapes that JSON has not", () => {
  const letters = [
    "\\a",
    "\\v",
    "\\0",
    "\\x41",
    "\\'",
    "\\U0041",
    "\\N",
    "\\ ",
    "\\é",
    "\\\u{1f600}",
  ];
  const digits = [
    "\\u",
    "\\u0",
    "\\u00",
    "\\u004",
    "\\u004g",
    "\\u{41}",
    "\\u-041",
    "\\u 041",
    "\\uG000",
  ];
  const behind = ["\\ud83d\\", "\\ud83d\\u", "\\ud83d\\ude0", "\\ud83d\\x", "\\ud83d\\u00zz"];
  const texts = [...letters, ...digits, ...behind];
  assertRefused(texts.flatMap((text) => [`"${text}"`, `["a${text}"]`, `{"${text}":0}`]));
});

Deno.test("IncrementalJson refuses strings in other quotes, and strings that do not end", () => {
  assertRefused(['"', '"a', '"\\"', '["a]', '{"a', '{"a:1}', "'a'", "['a']", "{'a':1}", "`a`"]);
  assertRefused(["\u201ca\u201d", '"a"b"', '""a""', "a", "[a]", "{a:1}", '{"a":b}', '"a" "b"']);
});

Deno.test("IncrementalJson refuses literals that are cut, longer, or in other letters", () => {
  const cut = ["n", "nu", "nul", "t", "tru", "f", "fals"].flatMap((word) => [word, `[${word}]`]);
  assertRefused([...cut, "nulL", "NULL", "True", "truE", "FALSE", "nulll", "truefalse", "falsee"]);
  assertRefused([
    "undefined",
    "None",
    "nil",
    "yes",
    "[nul,1]",
    "[tru e]",
    "{true:1}",
    "{null:null}",
  ]);
});

Deno.test("IncrementalJson refuses commas and colons out of place", () => {
  assertRefused([",", ":", "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "1,", "[],", ",[]"]);
  assertRefused(["{,}", '{"a":1,}', '{,"a":1}', '{"a":1,,"b":2}', '{"a":1 "b":2}', '{"a",1}']);
  assertRefused(['{"a"}', '{"a":}', "{:1}", '{"a"::1}', '{"a":1:2}', '{"a" 1}', "{1:1}", "{[]:1}"]);
});

Deno.test("IncrementalJson refuses brackets that are not closed, or by the wrong one", () => {
  assertRefused([
    "",
    " ",
    "[",
    "{",
    "]",
    "}",
    "[[]",
    '{"a":{}',
    "[}",
    "{]",
    "[1}",
    '{"a":1]',
    "[]]",
  ]);
  assertRefused([
    "{}}",
    '[{"a":1]',
    '{"a":[1}',
    '{"a":[}]',
    "[1",
    "[1,",
    '{"a":',
    '{"a":1,',
    "(1)",
  ]);
});

Deno.test("IncrementalJson refuses a second value, comments and fences", () => {
  assertRefused(["1 1", "{}{}", '{"a":1}\n{"b":2}', "[] []", '"a""b"', "null null", "{} x", "[]#"]);
  assertRefused([
    "{}//",
    "//\n{}",
    "/**/1",
    "[1/*a*/]",
    "#a\n1",
    "{}/**/",
    "[1,//a\n2]",
    "<1>",
    "*",
  ]);
  assertRefused(["```json\n{}\n```", "Sure! {}", "{} Done.", ")]}',\n{}", "data: {}", "{}\u0000"]);
});

Deno.test("IncrementalJson takes 100 levels of nesting, and refuses 101", () => {
  const shapes = [["[", "]", ""], ['{"a":', "}", "0"], ['[{"a":', "}]", "1"]] as const;
  for (const [open, close, inner] of shapes) {
    const levels = 100 / (open.length - open.replaceAll(/[[{]/g, "").length);
    const nested = (count: number) => open.repeat(count) + inner + close.repeat(count);
    assertEquals(readParts([nested(levels)]).problem, undefined);
    const outer = `[${nested(levels)}]`;
    for (const parts of [[outer], outer.split("")]) {
      const { problem } = readParts(parts, () => false);
      assertMatch(
        problem!,
        /^Cannot read "[[{]" at \d+ as JSON: expected at most 100 levels of nesting$/,
      );
    }
  }
});

Deno.test("IncrementalJson counts levels, not brackets", () => {
  const text = `[${"[[]],{},".repeat(500)}"${"[".repeat(500)}"]`;
  assertEquals(readParts([text]).problem, undefined);
  assertEquals(readParts(text.split("")).problem, undefined);
});

Deno.test("IncrementalJson says what it found, where, and what it expected", () => {
  const problems: Record<string, string> = {
    "": "the end at 0 as JSON: expected a value",
    "[": 'the end at 1 as JSON: expected a value or "]"',
    "[1": "the end at 2 as JSON: expected a comma or a closing bracket",
    '{"a":1': "the end at 6 as JSON: expected a comma or a closing bracket",
    '{"a': "the end at 3 as JSON: expected more of a key",
    '"a': "the end at 2 as JSON: expected more of a string",
    "-": "the end at 1 as JSON: expected a digit",
    "tru": "the end at 3 as JSON: expected a value",
    "{,": '"," at 1 as JSON: expected a key or "}"',
    '{"a":1,}': '"}" at 7 as JSON: expected a key',
    '{"a" 1': '"1" at 5 as JSON: expected ":"',
    "01": '"1" at 1 as JSON: expected only white space behind the value',
    "1.x": '"x" at 2 as JSON: expected a digit',
    " trap": '"a" at 3 as JSON: expected "true"',
    '"\n"': '"\\n" at 1 as JSON: expected control characters of a string to be escaped',
    '"\\q"': '"q" at 2 as JSON: expected one of "\\/bfnrtu behind a backslash',
    '"\\u00-"': '"-" at 5 as JSON: expected four hexadecimal digits',
    "[\u{1f600}": '"\\ud83d" at 1 as JSON: expected a value or "]"',
  };
  for (const [text, problem] of Object.entries(problems)) {
    assertEquals(readParts([text]).problem, `Cannot read ${problem}`);
  }
});

Deno.test("IncrementalJson goes on after end(), which only looks", () => {
  const json = new IncrementalJson(() => true);
  assertEquals(json.push("1")[0]?.text, "1");
  assertEquals(json.end(), undefined);
  assertEquals(json.push("2")[0]?.text, "2");
  assertEquals(json.end(), undefined);
  assertEquals(json.push(".")[0]?.text, ".");
  assertEquals(json.end(), "Cannot read the end at 3 as JSON: expected a digit");
});
