import { assert, assertEquals } from "@std/assert";
import { IncrementalJson, type JsonPath } from "../../src/json/incremental_json.ts";
import { readParts, readSplit } from "./split_json.ts";

/** Returns a predicate for these paths, with keys and indexes joined by dots. */
function at(...paths: readonly string[]): (path: JsonPath) => boolean {
  return (path) => paths.includes(path.join("."));
}

/** Returns the wanted values of a text, after asserting that they are equal for every split. */
function valuesOf(text: string, wants: (path: JsonPath) => boolean): readonly unknown[] {
  return readSplit(text, wants).values.map(({ path, kind, text }) => [path.join("."), kind, text]);
}

Deno.test("IncrementalJson returns only the characters of a wanted string", () => {
  const text = '{"a": "x", "b" : "one \\"two\\"\\u00e9\\n" , "c":["b"], "d":{"b":"no"}}';
  assertEquals(valuesOf(text, at("b")), [["b", "characters", 'one "two"é\n']]);
});

Deno.test("IncrementalJson returns any other wanted value as its JSON text, unchanged", () => {
  const text = '{"o": { "x" : [1, "]" ] } , "a":[ ], "n" :-1.50e+3 ,"t":true,"z": null}';
  assertEquals(valuesOf(text, ({ length }) => length === 1), [
    ["o", "json", '{ "x" : [1, "]" ] }'],
    ["a", "json", "[ ]"],
    ["n", "json", "-1.50e+3"],
    ["t", "literal", "true"],
    ["z", "literal", "null"],
  ]);
});

Deno.test("IncrementalJson returns the outermost value, without the white space around it", () => {
  for (const json of ['[1, {"a":"\\u0041"}]', "{ }", "-12.5"]) {
    assertEquals(valuesOf(` \n${json}\t `, at("")), [["", "json", json]]);
  }
  assertEquals(valuesOf(" null\n", at("")), [["", "literal", "null"]]);
  assertEquals(valuesOf(' "a\\tb" ', at("")), [["", "characters", "a\tb"]]);
});

Deno.test("IncrementalJson identifies array items by index, from 0 in each array", () => {
  const text = '[["a",["b"]],["c",{"k":["d","e"]}],[],["f"]]';
  const wants = ({ length }: JsonPath) => length === 2;
  assertEquals(readSplit(text, wants).values.map(({ path, text }) => [...path, text]), [
    [0, 0, "a"],
    [0, 1, '["b"]'],
    [1, 0, "c"],
    [1, 1, '{"k":["d","e"]}'],
    [3, 0, "f"],
  ]);
});

Deno.test("IncrementalJson distinguishes a key of digits from an index", () => {
  const { values } = readSplit('[["x"],{"0":"y"}]', ({ length }) => length === 2);
  assertEquals(values.map(({ path }) => path), [[0, 0], [1, "0"]]);
});

Deno.test("IncrementalJson decodes keys, and treats every key as plain text", () => {
  const text = '{"__proto__":"a","constructor":"b","":"c","\\u0061\\n":"d","\\ud83d\\ude00":"e"}';
  const { values } = readSplit(text);
  assertEquals(values.map(({ path }) => path), [[]]);
  assertEquals(
    readSplit(text, ({ length }) => length === 1).values.map(({ path, text }) => [...path, text]),
    [["__proto__", "a"], ["constructor", "b"], ["", "c"], ["a\n", "d"], ["\u{1f600}", "e"]],
  );
});

Deno.test("IncrementalJson returns both values of a duplicate key", () => {
  const text = '{"a":"x","b":1,"a":"y"}';
  assertEquals(valuesOf(text, at("a")), [["a", "characters", "x"], ["a", "characters", "y"]]);
});

Deno.test("IncrementalJson calls isWanted once for each value, and not inside a wanted value", () => {
  const text = '{"a":[1,{"b":"x"}],"c":{"d":null,"e":[true]},"f":2}';
  const asked: string[] = [];
  const json = new IncrementalJson((path) => {
    asked.push(path.join("."));
    return path[0] === "a";
  });
  for (const character of text) json.push(character);
  assertEquals(asked, ["", "a", "c", "c.d", "c.e", "c.e.0", "f"]);
});

Deno.test("IncrementalJson returns one piece of a value for each push", () => {
  const json = new IncrementalJson(({ length }) => length === 1);
  const push = (text: string) => json.push(text).map(({ path, text }) => [path[0], text]);
  assertEquals(push('{"a":"x\\ny'), [["a", "x\ny"]]);
  assertEquals(push('z"'), [["a", "z"]]);
  assertEquals(push(' , "b":[1,'), [["b", "[1,"]]);
  assertEquals(push(" "), [["b", " "]]);
  assertEquals(push('2],"c":12'), [["b", "2]"], ["c", "12"]]);
  assertEquals(push('3,"d":"","e":"'), [["c", "3"]]);
  assertEquals(push('\\u0041"}  '), [["e", "A"]]);
  assertEquals(push(""), []);
  assertEquals(json.fault, undefined);
});

Deno.test("IncrementalJson returns literals when they are complete, in one piece", () => {
  const json = new IncrementalJson(({ length }) => length === 1);
  const texts = ["[n", "u", "l", "l", ",tr", "ue,fals", "e]"].map((part) =>
    json.push(part).map(({ text }) => text)
  );
  assertEquals(texts, [[], [], [], ["null"], [], ["true"], ["false"]]);
});

Deno.test("IncrementalJson holds back a high surrogate until more text follows", () => {
  const cases: readonly (readonly [parts: readonly string[], pieces: readonly string[]])[] = [
    [["\ud83d", "\ude00"], ["", "\u{1f600}"]],
    [["a\ud83d", "\ude00b"], ["a", "\u{1f600}b"]],
    [["\\ud83d", "\\ude00"], ["", "\u{1f600}"]],
    [["\\ud83", "d\\u", "de0", "0"], ["", "", "", "\u{1f600}"]],
    [["\ud83d", "\\ude00"], ["", "\u{1f600}"]],
    [["\\ud83d", "\ude00"], ["", "\u{1f600}"]],
    [["\\ud83d", "x"], ["", "\ud83dx"]],
    [["\\ud83d", "\\", "n"], ["", "", "\ud83d\n"]],
    [["\\ud83d", "\\ud83d", "\\ude00"], ["", "\ud83d", "\u{1f600}"]],
    [["\\ude00", "\\ud83d"], ["\ude00", ""]],
  ];
  for (const [parts, pieces] of cases) {
    const json = new IncrementalJson(() => true);
    assertEquals(json.push('"'), []);
    const given = parts.map((part) => json.push(part).map(({ text }) => text).join(""));
    assertEquals(given, pieces, JSON.stringify(parts));
  }
});

Deno.test("IncrementalJson returns an unpaired surrogate when the string ends", () => {
  const json = new IncrementalJson(() => true);
  assertEquals(json.push('"a\\ud83d').map(({ text }) => text), ["a"]);
  assertEquals(json.push('"').map(({ text }) => text), ["\ud83d"]);
});

Deno.test("IncrementalJson splits no surrogate pair in a value returned as JSON", () => {
  const { values } = readSplit('["\u{1f600}\\ud83d\\ude00",{"\u{1f600}":"\ud83d"}]');
  assertEquals(values.map(({ text }) => text), [
    '["\u{1f600}\\ud83d\\ude00",{"\u{1f600}":"\ud83d"}]',
  ]);
});

Deno.test("IncrementalJson returns the text before a syntax error, and nothing after it", () => {
  const texts: Record<string, readonly string[]> = {
    '["ab\\x","c"]': ["ab"],
    '["ab\n","c"]': ["ab"],
    '["a"}"b"]': ["a"],
    '["a" "b"]': ["a"],
    '["a",tru,"b"]': ["a"],
    '["a",12x,"b"]': ["a", "12"],
    '["a",-]': ["a", "-"],
    '[[1,nul],"b"]': ["[1,"],
    '[{"k":"v\\q"}]': ['{"k":"v'],
    '["\\ud83d\\x"]': [],
    '["a\\ud83d\n"]': ["a"],
  };
  for (const [text, given] of Object.entries(texts)) {
    const { values, fault } = readSplit(text, ({ length }) => length === 1);
    assertEquals(values.map(({ text }) => text), given, text);
    assert(fault !== undefined);
    // A valid text afterwards changes nothing.
    assertEquals(readParts([text, '"]', '["x"]'], ({ length }) => length === 1).values, values);
  }
});

Deno.test("IncrementalJson reads a string of ten million characters in whole chunks", () => {
  const part = 'one "two" \u{1f600}\n'.repeat(500);
  const escaped = JSON.stringify(part).slice(1, -1);
  const json = new IncrementalJson(() => true);
  json.push('"');
  let length = 0;
  for (let read = 0; read < 10_000_000; read += part.length) {
    const pieces = json.push(escaped);
    assertEquals(pieces.length, 1);
    assert(pieces[0]!.text === part);
    length += part.length;
  }
  assertEquals(json.push('"'), []);
  assertEquals(json.fault, undefined);
  assert(length >= 10_000_000);
});

Deno.test("IncrementalJson reads a key and a number of a million characters, one at a time", () => {
  const [key, number] = ["k".repeat(1_000_000), "7".repeat(1_000_000)];
  const json = new IncrementalJson(({ length }) => length === 1);
  const pieces = Array.from(`{"${key}":${number}}`).flatMap((part) => json.push(part));
  assertEquals(json.fault, undefined);
  assert(pieces[0]!.path[0] === key);
  assert(pieces.map(({ text }) => text).join("") === number);
});
