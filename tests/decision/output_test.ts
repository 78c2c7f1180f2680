import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseOutput } from "../../src/decision/output.ts";
import { seededRandom } from "../../src/random.ts";

/** Parses a text that is accepted. */
function accepted(text: string): unknown {
  const parsed = parseOutput(text);
  assert(parsed.success, parsed.success ? "" : parsed.message);
  return parsed.value;
}

/** Returns the message for a text that is refused. */
function refusal(text: string): string {
  const parsed = parseOutput(text);
  assert(!parsed.success, `Expected ${text.slice(0, 80)} to be refused`);
  return parsed.message;
}

Deno.test("parseOutput accepts one JSON value, with white space around it", () => {
  assertEquals(accepted('{"a":[1,true,null,"b"]}'), { a: [1, true, null, "b"] });
  assertEquals(accepted(' \n\t\r{"a":1}\r\n '), { a: 1 });
  assertEquals(accepted('"text"'), "text");
  assertEquals(accepted("null"), null);
});

Deno.test("parseOutput refuses empty text and white space", () => {
  assertMatch(refusal(""), /expected one JSON object and nothing else, but received empty text$/);
  for (const text of [" ", "   ", "\n\t", "\u00a0", "\u2028"]) {
    assertMatch(refusal(text), /received only white space$/);
  }
});

Deno.test("parseOutput drops a byte-order mark before a value, and says so", () => {
  assertEquals(parseOutput('\ufeff{"a":1}'), { success: true, value: { a: 1 }, unwrapped: "bom" });
  refusal("\ufeff");
  refusal('{"a":1}\ufeff');
  refusal('\ufeff\ufeff{"a":1}');
});

Deno.test("parseOutput removes one Markdown fence around the whole text, and says so", () => {
  const texts = [
    '```json\n{"a":1}\n```',
    '```\n{"a":1}\n```',
    '\n ```JSON5  \r\n {"a":1}\r\n```\n',
    '```{"a":1}```',
    '````json\n{"a":1}\n````',
    '~~~json\n{"a":1}\n~~~',
    '\ufeff```json\n{"a":1}\n```',
  ];
  for (const text of texts) {
    assertEquals(parseOutput(text), { success: true, value: { a: 1 }, unwrapped: "fence" });
  }
  const quoting = '```json\n{"a":"```\\n</think>{}"}\n```';
  assertEquals(accepted(quoting), { a: "```\n</think>{}" });
});

Deno.test("parseOutput skips thoughts before a value, and returns them", () => {
  const texts: readonly (readonly [string, string | undefined])[] = [
    ['<think>\nThey {greet} me\n</think>\n\n{"a":1}', "They {greet} me"],
    ['They greet me\n</think>{"a":1}', "They greet me"],
    ['<think>\n\n</think>\n{"a":1}', undefined],
    ['<think>x</think>```json\n{"a":1}\n```', "x"],
    ['<think>{"a":2}</think>{"a":1}', '{"a":2}'],
    ['x</think>y</think>{"a":1}', "x</think>y"],
    ['x</think>{"a":2} no</think>{"a":1}', 'x</think>{"a":2} no'],
    ["x</think>".repeat(16) + '{"a":1}', "x</think>".repeat(15) + "x"],
  ];
  for (const [text, thoughts] of texts) {
    const rest = { unwrapped: "think" as const, ...(thoughts !== undefined && { thoughts }) };
    assertEquals(parseOutput(text), { success: true, value: { a: 1 }, ...rest });
  }
});

Deno.test("parseOutput reads a whole object as it is, whatever its strings contain", () => {
  for (const text of ["<think>x</think>{}", "```json\n{}\n```", '</think>{"a":2}']) {
    const value = { a: text };
    assertEquals(parseOutput(JSON.stringify(value)), { success: true, value });
  }
});

Deno.test("parseOutput reads nothing in prose, in unclosed thoughts or behind an object", () => {
  const texts = [
    'I could do this: {"a":1} Shall I?',
    'Here it is:\n```json\n{"a":1}\n```',
    '```json\n{"a":1}\n```\nShall I?',
    '```json\n{"a":1}',
    '```json\n{"a":1}\n```\n```json\n{"a":2}\n```',
    '<think>{"a":1}',
    '<think>\n```json\n{"a":1}\n```',
    '<think>x</think><think>{"a":1}',
    '<think>x</think> I would {"a":1}',
    '<think>x</think>{"a":1} Shall I?',
    '{"a":1}</think>{"a":2}',
    '```\n</think>{"a":1}',
    "<think>x</think>5",
    '<think>x</think>[{"a":1}]',
    "x</think>".repeat(17) + '{"a":1}',
  ];
  for (const text of texts) {
    assertMatch(refusal(text), /: send only the object, nothing before or after it$/);
  }
});

Deno.test("parseOutput refuses a fault behind a wrapping as without one", () => {
  assertMatch(refusal('```\n{"a":1,"a":2}\n```'), /the key "a" twice in one object$/);
  refusal('<think>x</think>{"a":1,"a":2}');
});

Deno.test("parseOutput refuses prose, cut text and a second value", () => {
  const texts = [
    'Sure! {"a":1}',
    '{"a":1} Done.',
    '{"a":1',
    '{"a":"b',
    '{"a":1}{"b":2}',
    '{"a":1}\n{"b":2}',
    "{'a':1}",
    '{"a":1,}',
    '{"a":1}//',
    "{a:1}",
    '\u00a0{"a":1}',
    "undefined",
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":"\n"}',
    '{"a":"\u0000"}',
  ];
  for (const text of texts) assertMatch(refusal(text), /received text that is not JSON/);
});

Deno.test("parseOutput refuses a key twice in one object, however it is escaped", () => {
  const texts = [
    '{"tool":"safe","tool":"rm"}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"\\u0061":1}',
    '{"a":{"b":1,"c":2,"b":3}}',
    '[{"a":1},{"b":1,"b":1}]',
    '{"":1,"":2}',
    '{"a":{"a":1},"a":2}',
    '{"a":[{"x":1}],"b":"}","a":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"\\/":1,"/":2}',
    '{"\\ud83d\\ude00":1,"\u{1f600}":2}',
  ];
  for (const text of texts) assertMatch(refusal(text), /the key ".*" twice in one object$/);
});

Deno.test("parseOutput accepts the same key in different objects and as a value", () => {
  const texts = [
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":"\\":\\"","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":["a","a"],"b":["b"]}',
    '{"a":1,"A":2,"a ":3}',
    '{"\\\\":1,"\\\\\\\\":2}',
    '{"constructor":1,"toString":2,"__proto__":3}',
  ];
  for (const text of texts) assertEquals(accepted(text), JSON.parse(text));
});

Deno.test("parseOutput refuses numbers that would change their value", () => {
  const numbers = [
    "1e400",
    "-1e400",
    "-1e-400",
    "1e-400",
    "0.000001e-320",
    "9007199254740993",
    "-9007199254740993",
    "1" + "0".repeat(399),
    "9".repeat(5000),
    "1" + "0".repeat(20) + "1",
  ];
  for (const number of numbers) {
    assertMatch(refusal(`{"a":${number}}`), /a number that cannot be represented exactly/);
    assertMatch(refusal(`[[1,${number}]]`), /a number that cannot be represented exactly/);
    assertMatch(refusal(number), /a number that cannot be represented exactly/);
  }
});

Deno.test("parseOutput reads -0 as 0", () => {
  for (const number of ["-0", "-0.0", "-0e5", "-0.00E-7"]) {
    const { a, b } = accepted(`{"a":${number},"b":[1,${number}]}`) as { a: number; b: number[] };
    assert(Object.is(a, 0) && Object.is(b[1], 0));
  }
});

Deno.test("parseOutput refuses a whole number that would change, in every notation", () => {
  for (
    const number of [
      "9007199254740993.0",
      "9007199254740993e0",
      "90071992547409930e-1",
      "0.09007199254740993e17",
    ]
  ) {
    assertMatch(refusal(`{"a":${number}}`), /a number that cannot be represented exactly/);
  }
});

Deno.test("parseOutput refuses a number beyond the range, however long it is", () => {
  assertMatch(refusal(`{"a":1e${"0".repeat(1100)}400}`), /cannot be represented exactly/);
  assertMatch(refusal(`{"a":-1E+${"0".repeat(5000)}999}`), /cannot be represented exactly/);
});

Deno.test("parseOutput accepts numbers that keep their value", () => {
  const numbers = [
    "0",
    "1",
    "-1",
    "0.5",
    "0.1",
    "-12.25e-3",
    "1E5",
    "1e22",
    "9007199254740991",
    "9007199254740992",
    "-9007199254740994",
    "1000000000000000000000",
    "1e308",
    "3.141592653589793238",
    "0.00012e30",
    "9007199254740994.000",
    "-1200000E+20",
    "9007199254740991.4",
  ];
  for (const number of numbers) assertEquals(accepted(`{"a":${number}}`), { a: Number(number) });
});

Deno.test("parseOutput reads a number with a million zeros in linear time", () => {
  const zeros = "0".repeat(1e6);
  assertMatch(refusal(`1${zeros}1e-${1e6 - 20}`), /cannot be represented exactly/);
  assertMatch(refusal(`[${zeros}1]`), /not JSON/);
  assertEquals(accepted(`1${zeros}e-${1e6 - 20}`), 1e20);
});

Deno.test("parseOutput accepts a fraction with thousands of digits", () => {
  assertEquals(accepted(`{"a":0.${"3".repeat(5000)}}`), { a: 1 / 3 });
  assertEquals(accepted(`{"a":1.${"0".repeat(5000)}}`), { a: 1 });
});

Deno.test("parseOutput does not mistake text for numbers, keys or brackets", () => {
  const value = { a: "-0 1e400 9007199254740993", "1e400": "{[", "-0": "]}", b: '"\\' };
  assertEquals(accepted(JSON.stringify(value)), value);
});

Deno.test("parseOutput refuses more than 100 levels, without exhausting the stack", () => {
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  accepted(nested(100));
  assertMatch(refusal(nested(101)), /more than 100 levels of nesting$/);
  assertMatch(refusal(nested(1e5)), /more than 100 levels of nesting$/);
  assertMatch(refusal('{"a":'.repeat(1e5) + "1" + "}".repeat(1e5)), /more than 100 levels/);
  refusal("[".repeat(1e6));
});

Deno.test("parseOutput accepts a string of 10 MB, and quotes little of it in a message", () => {
  const text = "x".repeat(10_000_000);
  assertEquals(accepted(`{"a":"${text}"}`), { a: text });
  assert(refusal(`{"a":"${text}"`).length < 500);
  assert(refusal(`${text}`).length < 500);
});

Deno.test("parseOutput keeps NUL, lone surrogates and noncharacters", () => {
  assertEquals(accepted('{"a":"\\u0000"}'), { a: "\0" });
  assertEquals(accepted('{"a":"\\ud800"}'), { a: "\ud800" });
  assertEquals(accepted('{"a":"\udc00\ufffe\uffff"}'), { a: "\udc00\ufffe\uffff" });
  const keys = Object.keys(accepted('{"\\udc00":1,"\\ud800":2}') as object);
  assertEquals(keys, ["\udc00", "\ud800"]);
  assertStringIncludes(refusal('{"\\ud800":1,"\ud800":2}'), "twice");
});

Deno.test("parseOutput returns members with inherited names as own members", () => {
  const value = accepted('{"__proto__":{"admin":true},"constructor":{"prototype":1}}') as object;
  assertEquals(Object.keys(value), ["__proto__", "constructor"]);
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
  assertEquals(({} as { admin?: boolean }).admin, undefined);
});

Deno.test("parseOutput returns the value that JSON.stringify serialized, for any JSON", () => {
  const random = seededRandom(7);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const texts = ["", "a", '"', "\\", '\\"', "{", "}:", "[,]", "1", "-0", "\u2028", "\ud83d", "é\n"];
  const value = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 4 ? 4 : 6));
    if (kind === 0) return pick(texts) + pick(texts);
    if (kind === 1) return Math.floor(random() * 2 ** 53);
    if (kind === 2) return random() * 10 ** Math.floor(random() * 32 - 20);
    if (kind === 3) return pick([null, true, false]);
    const items = Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1));
    if (kind === 4) return items;
    // No key ends with a backslash: JSON.parse of V8 15.0 confuses such a key with later ones.
    return Object.fromEntries(items.map((item) => [`${pick(texts)}${pick(texts)}.`, item]));
  };
  for (let run = 0; run < 2000; run++) {
    const given = value(0);
    assertEquals(accepted(JSON.stringify(given, null, pick([0, 2]))), given);
  }
});
