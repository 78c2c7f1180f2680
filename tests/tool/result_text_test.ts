import { Readable } from "node:stream";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cutText, resultText } from "../../src/tool/result_text.ts";
import { unhandledDuring } from "../turn/unhandled_rejections.ts";

const LIMITS = { maxResultChars: 20_000, maxOutputChars: 4_000_000 };

/** Text of a result that contains no promises. */
function shown(value: unknown, limits = LIMITS): string {
  const result = resultText(value, limits);
  assert(!(result instanceof Promise));
  return result.text;
}

/** Text of a result of which a part cannot be shown, and the description of that part. */
async function hiding(value: unknown): Promise<readonly [text: string, hidden: string]> {
  const { text, hidden } = await resultText(value, LIMITS);
  assert(hidden !== undefined, text);
  return [text, hidden];
}

Deno.test("resultText() returns a string as it is", () => {
  for (const text of ["", "plain", '{"a":1}', "line\nline", "\u0000\ud800", "💧"]) {
    assertEquals(shown(text), text);
  }
});

Deno.test("resultText() returns everything else as JSON", () => {
  assertEquals(shown({ a: [1, true, null, "x"] }), '{"a":[1,true,null,"x"]}');
  assertEquals(shown([]), "[]");
  assertEquals(shown({}), "{}");
  assertEquals(shown(0), "0");
  assertEquals(shown(-0), "0");
  assertEquals(shown(false), "false");
  assertEquals(shown(null), "null");
  assertEquals(shown(undefined), "null");
});

Deno.test("resultText() returns the JSON of JSON.stringify() for values that JSON has", () => {
  const parsed = JSON.parse('{"__proto__":{"a":1},"1":"é\\n\\"\\\\","constructor":[[[]],{}]}');
  class Point {
    constructor(readonly x: number, readonly y: number | undefined) {}
    get length() {
      return Math.hypot(this.x, this.y ?? 0);
    }
  }
  const values = [
    parsed,
    { undefined, a: undefined },
    [undefined, , 1],
    new Point(1, 2),
    Object.assign(Object.create(null), { a: 1e21, b: 1e-7 }),
    [new String("text"), new Number(1), new Boolean(false)],
    { toJSON: () => ({ toJSON: 1, a: [new Date(0)] }) },
    Object.freeze([Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })]),
  ];
  for (const value of values) assertEquals(shown(value), JSON.stringify(value));
});

Deno.test("resultText() converts values that JSON lacks", () => {
  assertEquals(shown(12345678901234567890n), '"12345678901234567890"');
  assertEquals(shown({ big: 1n }), '{"big":"1"}');
  assertEquals(shown(NaN), '"NaN"');
  assertEquals(shown([Infinity, -Infinity]), '["Infinity","-Infinity"]');
  assertEquals(shown(new Date(0)), '"1970-01-01T00:00:00.000Z"');
  assertEquals(shown({ at: new Date(NaN) }), '{"at":"Invalid Date"}');
  assertEquals(shown(new Map([["a", 1n]])), '[["a","1"]]');
  assertEquals(shown(new Set([1, new Map()])), "[1,[]]");
  assertEquals(shown(new URL("https://example.org/a")), '"https://example.org/a"');
  assertEquals(shown({ failed: new TypeError("no") }), '{"failed":"no"}');
  assertEquals(shown(new Error("returned, not thrown")), '"returned, not thrown"');
  assertEquals(shown(["\ud800", { "\udc00": 1 }]), '["\ufffd",{"\ufffd":1}]');
});

Deno.test("resultText() shows headers, query parameters and form data as objects", () => {
  assertEquals(shown(new Headers({ "X-Total": "2" })), '{"x-total":"2"}');
  assertEquals(
    shown({ query: new URLSearchParams("a=1&b=2&a=3") }),
    '{"query":{"a":["1","3"],"b":"2"}}',
  );
  const form = new FormData();
  form.append("name", "Ann");
  assertEquals(shown(form), '{"name":"Ann"}');
  assertEquals(shown(new Headers()), "{}");
});

Deno.test("resultText() shows binary data as its type and size", async () => {
  const { text, hidden } = await resultText(new Uint8Array(5120), LIMITS);
  assertEquals([text, hidden], ['"(Uint8Array, 5,120 bytes)"', undefined]);
  assertEquals(shown({ vector: new Float64Array(2) }), '{"vector":"(Float64Array, 16 bytes)"}');
  assertEquals(shown([new ArrayBuffer(1)]), '["(ArrayBuffer, 1 byte)"]');
  assertEquals(shown([new DataView(new ArrayBuffer(3))]), '["(DataView, 3 bytes)"]');
});

Deno.test("resultText() leaves out methods and cycles, and says nothing about them", async () => {
  const record: Record<string, unknown> = {
    id: 1,
    save: () => {},
    [Symbol("s")]: 1,
    tag: Symbol(),
  };
  record.self = record;
  record.customer = { orders: [record, 2], map: new Map([["record", record]]) };
  const { text, hidden } = await resultText(record, LIMITS);
  assertEquals(text, '{"id":1,"customer":{"orders":[null,2],"map":[["record",null]]}}');
  assertEquals(hidden, undefined);
  // The same object twice is no cycle.
  const shared = { a: 1 };
  assertEquals(shown([shared, shared]), '[{"a":1},{"a":1}]');
});

Deno.test("resultText() says that a tool ran whose result cannot be shown, and what it is", async () => {
  class Invoice {
    #total = 5;
    readonly pay = () => this.#total;
  }
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const values: readonly (readonly [value: unknown, described: string])[] = [
    [new Blob(["x".repeat(5120)], { type: "image/png" }), "Blob, image/png, 5,120 bytes"],
    [new File(["x"], "a.txt", { type: "text/plain" }), "File, a.txt, text/plain, 1 byte"],
    [function save() {}, "function save"],
    [Symbol("s"), "Symbol(s)"],
    [new Invoice(), "Invoice"],
    [new ReadableStream(), "ReadableStream"],
    [new Map([[1, 2]]).values(), "Iterator"],
    [Readable.from(["text"]), "Readable"],
    [{ toJSON: () => undefined }, "Object"],
    [{ [Symbol.asyncIterator]: () => ({}) }, "Object"],
    [proxy, "object, which throws: "],
    [{
      get total() {
        throw new Error("no connection\nat secret");
      },
    }, "Object, which throws: no connection"],
    [{
      toJSON() {
        throw "text";
      },
    }, "Object, which throws: text"],
    [{
      get a() {
        throw Object.create(null);
      },
    }, "Object, which throws: "],
  ];
  for (const [value, described] of values) {
    const [text, hidden] = await hiding(value);
    assertStringIncludes(hidden, described);
    assertEquals(text, `It ran. Its result (${hidden}) cannot be shown`);
    assert(!text.includes("\n"));
  }
});

Deno.test("resultText() shows the rest of a result of which a part cannot be shown", async () => {
  const order = {
    id: 7,
    photo: new Blob(["12"], { type: "image/png" }),
    customer: {
      name: "Ann",
      get address() {
        throw new Error("not loaded");
      },
    },
    paid: true,
  };
  const [text, hidden] = await hiding(order);
  assertEquals(
    text,
    '{"id":7,"photo":"(Blob, image/png, 2 bytes) cannot be shown",' +
      '"customer":"(Object, which throws: not loaded) cannot be shown","paid":true}',
  );
  assertEquals(hidden, "Blob, image/png, 2 bytes");
});

Deno.test("resultText() shows a value too deep for the stack as far as it can", async () => {
  let deep: unknown = [];
  for (let level = 0; level < 100_000; level++) deep = [deep];
  const [text] = await hiding(deep);
  assertStringIncludes(text, '[["(more than 100 levels) cannot be shown"]]');
});

Deno.test("resultText() awaits the promises in a result", async () => {
  const result = {
    a: Promise.resolve(1),
    list: [Promise.resolve({ inner: Promise.resolve("deep") }), "x", Promise.resolve()],
    toJSON: undefined,
    later: { toJSON: () => Promise.resolve(new Set([1])) },
    b: { then: (resolve: (value: string) => void) => resolve("thenable") },
  };
  const { text, hidden } = await resultText(result, LIMITS);
  assertEquals(
    text,
    '{"a":1,"list":[{"inner":"deep"},"x",null],"later":[1],"b":"thenable"}',
  );
  assertEquals(hidden, undefined);
});

Deno.test("resultText() ends for a promise of an object that contains it", async () => {
  const outer: { self?: Promise<unknown> } = {};
  outer.self = Promise.resolve(outer);
  assertEquals((await resultText(outer, LIMITS)).text, '{"self":null}');
  const promise: Promise<unknown> = Promise.resolve().then(() => ({ promise }));
  assertEquals((await resultText([promise], LIMITS)).text, "[{}]");
});

Deno.test("resultText() shows the reason of a promise that rejects, and leaves none unhandled", async () => {
  const slow = Promise.withResolvers<string>();
  const lost = () => Promise.reject(new Error("mail server down"));
  const unhandled = await unhandledDuring(async () => {
    const result = { id: 1, slow: slow.promise, mail: lost(), inner: Promise.resolve([lost()]) };
    const reading = resultText(result, LIMITS);
    slow.resolve("sent");
    assertEquals(
      (await reading).text,
      '{"id":1,"slow":"sent","mail":"(failed: mail server down)",' +
        '"inner":["(failed: mail server down)"]}',
    );
    // The getter has made its promise before the object is given up.
    const broken = {
      mail: lost(),
      get address() {
        throw new Error("not loaded");
      },
    };
    assertStringIncludes((await resultText(broken, LIMITS)).text, "not loaded");
  });
  assertEquals(unhandled, []);
});

Deno.test("resultText() reads each property of a result once", () => {
  let reads = 0;
  const record = {
    get id() {
      return ++reads;
    },
  };
  assertEquals(shown({ record, methods: { save() {} } }), '{"record":{"id":1},"methods":{}}');
  assertEquals(reads, 1);
});

Deno.test("resultText() cuts a text that is too long, and says so", () => {
  assertEquals(cutText("12345", 5), "12345");
  assertEquals(cutText("123456", 5), "12345\n[cut: 5 of 6 characters]");
  const long = shown("x".repeat(10_000_000));
  assertEquals(long.length, 20_000 + "\n[cut: 20000 of 10000000 characters]".length);
});

Deno.test("resultText() cuts JSON like text", () => {
  const limits = { ...LIMITS, maxResultChars: 4 };
  assertEquals(shown([1, 2, 3], limits), "[1,2\n[cut: 4 of 7 characters]");
});

Deno.test("resultText() does not split a surrogate pair", () => {
  assertEquals(cutText("ab💧cd", 3), "ab\n[cut: 2 of 6 characters]");
  assertEquals(cutText("ab💧cd", 4), "ab💧\n[cut: 4 of 6 characters]");
});

Deno.test("resultText() reads no more of a large result than it may serialize", async () => {
  let reads = 0;
  const item = {
    get n() {
      return ++reads;
    },
  };
  const endless = new Proxy([], {
    get: (target, key) =>
      key === "length" ? 1e9 : /^\d+$/.test(String(key)) ? item : Reflect.get(target, key),
  });
  const limits = { maxResultChars: 10, maxOutputChars: 100 };
  assertStringIncludes(shown(endless, limits), '[{"n":1},{\n[cut: 10 of at least ');
  assert(reads < 20, `${reads}`);
  // The text before a promise is not missing, although the text behind it is too long.
  const mixed = { a: Promise.resolve("first"), b: "x".repeat(1_000) };
  const { text } = await resultText(mixed, { maxResultChars: 20, maxOutputChars: 100 });
  assertStringIncludes(text, '{"a":"first","b":"xx\n[cut: 20 of at least ');
});
