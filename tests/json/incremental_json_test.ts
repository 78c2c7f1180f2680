import { assert, assertEquals } from "@std/assert";
import { IncrementalJson } from "../../src/json/incremental_json.ts";
import { isJson, readParts, readSplit } from "./split_json.ts";

/** Returns the fault of a text, after asserting that it is equal for every split. */
function faultOf(text: string): number | undefined {
  const { fault } = readSplit(text);
  assertEquals(fault === undefined, isJson(text), `${JSON.stringify(text)}: ${fault}`);
  return fault;
}

/** Asserts that texts are accepted, and that none of their prefixes is refused. */
function assertTaken(texts: readonly string[]): void {
  for (const text of texts) {
    assertEquals(faultOf(text), undefined, JSON.stringify(text));
    for (let length = 0; length < text.length; length++) {
      const beginning = text.slice(0, length);
      assertEquals(readParts([beginning]).fault, isJson(beginning) ? undefined : length, beginning);
    }
  }
}

/** Asserts that texts are refused, but not their prefixes up to the fault. */
function assertRefused(texts: readonly string[]): void {
  for (const text of texts) {
    const fault = faultOf(text);
    assert(fault !== undefined, `Expected to be refused: ${JSON.stringify(text)}`);
    assertEquals(readParts([text.slice(0, fault)]).fault ?? fault, fault, JSON.stringify(text));
  }
}

Deno.test("IncrementalJson accepts every kind of value, alone and nested", () => {
  assertTaken(["null", "true", "false", "0", '""', '"a"', "[]", "{}", "[[]]", '{"a":{}}']);
  assertTaken(["[[],{},[{}]]", '{"a":[{"b":[]},{}],"c":""}', '[null,true,false,1,"x"]']);
  assertTaken(['{"":0}', '{"":{"":{"":[]}}}', '{"a":1,"a":2}', '{"a":1,"b":2,"a":{}}']);
  assertTaken(['{"__proto__":1}', '{"constructor":{"prototype":[]}}', '{"toString":"x","0":0}']);
});

Deno.test("IncrementalJson accepts the four white space characters between tokens", () => {
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

Deno.test("IncrementalJson refuses a byte-order mark in any position", () => {
  assertRefused(["\ufeff", "\ufeff{}", "{}\ufeff", "[\ufeff]", "\ufffe1", "\u00ef\u00bb\u00bf{}"]);
  assertTaken(['"\ufeff"', '["\ufeff",1]']);
});

Deno.test("IncrementalJson accepts all numbers of the grammar, whatever their size", () => {
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

Deno.test("IncrementalJson refuses malformed numbers", () => {
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

Deno.test("IncrementalJson accepts any character and every escape in strings and keys", () => {
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

Deno.test("IncrementalJson accepts surrogates in pairs and alone, escaped or not, in any order", () => {
  const units = ["\ud83d", "\ude00", "\\ud83d", "\\uDE00", "\\n", "x"];
  const texts = units.flatMap((a) => units.flatMap((b) => units.map((c) => a + b + c)));
  for (const text of texts) {
    const { values, fault } = readSplit(`"${text}"`);
    assertEquals(fault, undefined);
    assertEquals(values, [{ path: [], kind: "characters", text: JSON.parse(`"${text}"`) }]);
  }
});

Deno.test("IncrementalJson refuses control characters in strings and keys", () => {
  for (let code = 0; code < 0x20; code++) {
    const control = String.fromCharCode(code);
    assertRefused([`"${control}"`, `"a${control}b"`, `{"${control}":1}`, `"\\${control}"`]);
  }
});

Deno.test("IncrementalJson refuses escapes that JSON does not have", () => {
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

Deno.test("IncrementalJson refuses strings in other quotes, and unterminated strings", () => {
  assertRefused(['"', '"a', '"\\"', '["a]', '{"a', '{"a:1}', "'a'", "['a']", "{'a':1}", "`a`"]);
  assertRefused(["\u201ca\u201d", '"a"b"', '""a""', "a", "[a]", "{a:1}", '{"a":b}', '"a" "b"']);
});

Deno.test("IncrementalJson refuses literals that are cut, too long, or in the wrong case", () => {
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

Deno.test("IncrementalJson refuses unclosed and mismatched brackets", () => {
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

Deno.test("IncrementalJson refuses a second value, comments and code fences", () => {
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

Deno.test("IncrementalJson accepts 100 levels of nesting, and refuses 101", () => {
  const shapes = [["[", "]", ""], ['{"a":', "}", "0"], ['[{"a":', "}]", "1"]] as const;
  for (const [open, close, inner] of shapes) {
    const levels = 100 / (open.length - open.replaceAll(/[[{]/g, "").length);
    const nested = (count: number) => open.repeat(count) + inner + close.repeat(count);
    assertEquals(readParts([nested(levels)]).fault, undefined);
    const outer = `[${nested(levels)}]`;
    for (const parts of [[outer], outer.split("")]) {
      const { fault } = readParts(parts, () => false);
      assertEquals(outer.slice(0, fault).replaceAll(/[^[{]/g, "").length, 100);
    }
  }
});

Deno.test("IncrementalJson counts levels, not brackets", () => {
  const text = `[${"[[]],{},".repeat(500)}"${"[".repeat(500)}"]`;
  assertEquals(readParts([text]).fault, undefined);
  assertEquals(readParts(text.split("")).fault, undefined);
});

Deno.test("IncrementalJson.fault is the index of the first syntax error", () => {
  const faults: Record<string, number> = {
    "": 0,
    "[1": 2,
    '{"a":1': 6,
    '"a': 2,
    "-": 1,
    "tru": 3,
    "{,": 1,
    '{"a":1,}': 7,
    '{"a" 1': 5,
    "01": 1,
    "1.x": 2,
    "1.5e+-": 5,
    " trap": 1,
    '"\n"': 1,
    '"a\\q"': 2,
    "[\u{1f600}": 1,
  };
  for (const [text, fault] of Object.entries(faults)) {
    assertEquals(readParts([text]).fault, fault, text);
  }
});

Deno.test("IncrementalJson continues after fault was read, if the text was only incomplete", () => {
  const json = new IncrementalJson(() => true);
  assertEquals(json.push("1")[0]?.text, "1");
  assertEquals(json.fault, undefined);
  assertEquals(json.push("2")[0]?.text, "2");
  assertEquals(json.fault, undefined);
  assertEquals(json.push(".")[0]?.text, ".");
  assertEquals(json.fault, 3);
  assertEquals(json.push("5")[0]?.text, "5");
  assertEquals(json.fault, undefined);
});

Deno.test("IncrementalJson reads a string of very many escapes in one chunk", () => {
  const { values, fault } = readParts([`"${"\\n\\u0041".repeat(500_000)}"`]);
  assertEquals(fault, undefined);
  assertEquals(values[0]!.text.length, 1_000_000);
});
