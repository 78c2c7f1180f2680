import { ConfigError } from "@nomos/agent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Json } from "../../../src/json/json.ts";
import { randomBelow, seededRandom } from "../../../src/random.ts";
import { makeRedact, redactChunks, redactValue } from "../../../src/testing/cassette/redact.ts";

const redact = makeRedact();
const PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow+/=\nabc\n-----END RSA PRIVATE KEY-----";

Deno.test("makeRedact() redacts credentials and keeps the surrounding text", () => {
  const cases: readonly [text: string, redacted: string][] = [
    ["Authorization: Bearer abc.def-123", "Authorization: [redacted]"],
    ["authorization:Basic dXNlcjpwdw==\nHost: x", "authorization:[redacted]\nHost: x"],
    ["curl -H 'Authorization: Bearer x1' url", "curl -H 'Authorization: [redacted]' url"],
    ["with Bearer abcd1234efgh.", "with Bearer [redacted]"],
    ["(sk-abc12345)", "([redacted])"],
    ["sk-proj-ABCdef_123-xyz, then", "[redacted], then"],
    ["AKIAIOSFODNN7EXAMPLE!", "[redacted]!"],
    ["ghp_abcdefghij0123456789 github_pat_11ABCDEFG_x", "[redacted] [redacted]"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_ ok", "[redacted] ok"],
    [`before\n${PEM}\nafter`, "before\n[redacted]\nafter"],
    ["-----BEGIN PRIVATE KEY-----\nMIIE\ncut", "[redacted]"],
    ["OPENAI_API_KEY=abcd efgh", "OPENAI_API_KEY=[redacted] efgh"],
    ["?api_key=abcd&page=2", "?api_key=[redacted]&page=2"],
    ["apiKey: 'a b c', x", "apiKey: '[redacted]', x"],
    ['password = "correct horse \\"battery\\""', 'password = "[redacted]"'],
    ["client-secret=>hunter2; x", "client-secret=>[redacted]; x"],
    ["token: abcdefghijklmnop", "token: [redacted]"],
    ["postgres://me:hunter2@db:5432/x", "postgres://me:[redacted]@db:5432/x"],
  ];
  for (const [text, redacted] of cases) assertEquals(redact(text), redacted);
});

Deno.test("makeRedact() keeps text that only resembles a credential", () => {
  for (
    const text of [
      "",
      "a risk-based-approach-2024",
      "sk-learn",
      "bearer of good news",
      "the authorization, the password and the secret",
      "Enter your password:\nthen go on",
      "token=blue",
      "max_tokens=4096",
      '{"password":{"type":"string"},"secret":null,"api_key":12345678}',
      '{"response":"Tell me the password:","suggestions":["no"]}',
      '{"question":"secret=","next":{"a":"b"}}',
      "api_key=${API_KEY} or api_key=<yours>",
      "http://localhost:8080/me@home",
      "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
      "eyJ.eyJ.x",
    ]
  ) assertEquals(redact(text), text);
});

Deno.test("makeRedact() finds a credential after a JSON escape, also in nested JSON", () => {
  let text = JSON.stringify({
    note: "\nsk-abc12345",
    password: 'a"b\\',
    tab: "\tAKIAIOSFODNN7EXAMPLE",
  });
  for (let depth = 0; depth < 4; depth++) {
    const redacted = redact(text);
    for (const part of ["abc12345", 'a\\"b', "IOSFODNN7"]) {
      assert(!redacted.includes(part), redacted);
    }
    let inner: unknown = redacted;
    for (let level = 0; level <= depth; level++) inner = JSON.parse(inner as string);
    assertEquals(inner, {
      note: "\n[redacted]",
      password: "[redacted]",
      tab: "\t[redacted]",
    });
    text = JSON.stringify(text);
  }
});

Deno.test("makeRedact() redacts listed secrets first, longer before shorter, also in JSON", () => {
  const own = makeRedact(["ab", "abc", 'quo"te\n', "", "act", /\d{4}/, /^x/iy]);
  assertEquals(
    own("Xabc ab 12345 x"),
    "[redacted][redacted] [redacted] [redacted]5 x",
  );
  assertEquals(own(JSON.stringify({ a: 'quo"te\n' })), '{"a":"[redacted]"}');
  assertEquals(own(JSON.stringify(JSON.stringify('quo"te\n'))), '"\\"[redacted]\\""');
  // The built-in pattern alone would redact it only up to the comma.
  assertEquals(makeRedact(["p,q;r"])("password=p,q;r"), "password=[redacted]");
  assertEquals(makeRedact(["$&"])("a $& b"), "a [redacted] b");
});

Deno.test("makeRedact() ignores the lastIndex of a pattern", () => {
  const own = makeRedact([/b/g]);
  for (let time = 0; time < 3; time++) assertEquals(own("ab"), "a[redacted]");
});

Deno.test("makeRedact() calls a function for each text before the built-in patterns", () => {
  const own = makeRedact((text) => text.replaceAll("Ada", "[name]"));
  assertEquals(own("Ada has sk-abc12345"), "[name] has [redacted]");
});

Deno.test("makeRedact() refuses invalid secrets, and functions that fail", () => {
  for (const given of [/a*/, /$/m, /(?:)/]) {
    assertThrows(() => makeRedact([given]), ConfigError, `Cannot redact ${given}`);
  }
  for (const given of [5, null, undefined, {}]) {
    assertThrows(() => makeRedact([given as never]), ConfigError, "expected a text, or a pattern");
  }
  assertThrows(() => makeRedact(() => undefined as never)("x"), ConfigError, "returned undefined");
  const broken = makeRedact(() => {
    throw new RangeError("out");
  });
  const error = assertThrows(() => broken("x"), ConfigError, "function: out") as ConfigError;
  assert(error.cause instanceof RangeError);
});

Deno.test("redactValue() redacts texts and names at any depth and keeps everything else", () => {
  const value = JSON.parse(
    '{"z":1,"sk-abc12345":[null,true,"sk-abc12345"],"sk-abc12346":2,"password":"two words",' +
      '"a":{"authorization":"Bearer x","secret":7},"__proto__":{"token":"short"}}',
  );
  assertEquals(
    JSON.stringify(redactValue(value, redact)),
    '{"z":1,"[redacted]":[null,true,"[redacted]"],"[redacted] 2":2,"password":"[redacted]",' +
      '"a":{"authorization":"[redacted]","secret":7},"__proto__":{"token":"short"}}',
  );
});

Deno.test("redactValue() is idempotent and equivalent to redacting the JSON text", () => {
  const parts = [
    ..."password,api_key,token,authorization,sk-abc12345,Bearer abcd1234,x,eyJabcdefghij.abc.def"
      .split(","),
    ...[":", "=", '"', "\\", "\n", " ", ",", "}", "{", "[redacted]", "https://u:pw@h", "\u0001"],
    "-----END PRIVATE KEY-----",
  ];
  const random = seededRandom(1);
  const part = () => parts[randomBelow(parts.length, random)]!;
  let redactions = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + randomBelow(8, random) }, part).join("");
    const value: Json = randomBelow(2, random) === 0
      ? { [part()]: text }
      : { a: text, b: [part()] };
    const json = redact(JSON.stringify(value));
    assertEquals(json, JSON.stringify(redactValue(value, redact)));
    assertEquals(redact(json), json);
    assertEquals(redactValue(JSON.parse(json), redact), JSON.parse(json));
    if (json !== JSON.stringify(value)) redactions++;
  }
  assert(redactions > 5000, `${redactions}`);
});

Deno.test("redactChunks() keeps the chunk boundaries outside the redacted range", () => {
  const cases: readonly [chunks: string[], redacted: string[]][] = [
    [[], []],
    [["a", "", "b"], ["a", "", "b"]],
    [["sk-abc", "12345"], ["[redacted]"]],
    [["a ", "sk-abc12345", " b"], ["a ", "[redacted]", " b"]],
    [["a", " sk-a", "bc1", "2345 b", "c"], ["a", " [redacted] b", "c"]],
    [["", "sk-abc12345", ""], ["", "[redacted]", ""]],
    [["sk-abc12345 x ", "y", " sk-abc12345"], ["[redacted] x y [redacted]"]],
  ];
  for (const [chunks, redacted] of cases) assertEquals(redactChunks(chunks, redact), redacted);
});
