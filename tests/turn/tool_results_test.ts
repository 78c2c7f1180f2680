import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createToolSession, resultOf } from "./tool_session.ts";

Deno.test("work that was done is told as done, whatever the form of the result is", async () => {
  const record: Record<string, unknown> = { id: 1, save: () => {} };
  record.customer = { orders: [record] };
  let deep: unknown = [];
  for (let level = 0; level < 100_000; level++) deep = [deep];
  const boom = () => {
    throw new Error("boom");
  };
  const traps = { get: boom, has: boom, ownKeys: boom, getPrototypeOf: boom };
  const results: unknown[] = [
    record,
    deep,
    1n,
    Symbol("s"),
    () => 1,
    new (class Invoice {
      #total = 1;
      pay = () => this.#total;
    })(),
    new Date(NaN),
    new Error("returned"),
    new Proxy({}, traps),
    new Proxy(() => {}, traps),
    { get: new Proxy({}, traps) },
    { then: 1, next: "page", toJSON: 7 },
    { toJSON: boom },
    new ReadableStream(),
    new Map([["a", 1]]).entries(),
    new Blob(["x"]),
    new Uint8Array(3),
    Object.create(null),
    undefined,
    "",
  ];
  for (const [index, result] of results.entries()) {
    for (const run of [() => result, () => [result], () => Promise.resolve([result])]) {
      const { outcome, text } = await resultOf(run);
      assertEquals(outcome, "ok", `result ${index}: ${text}`);
    }
  }
});

Deno.test("the author is warned of a result that cannot be shown, by the name of the tool", async () => {
  const { text, warnings } = await resultOf(() => new Blob(["12345"], { type: "image/png" }));
  assertEquals(text, "It ran. Its result (Blob, image/png, 5 bytes) cannot be shown");
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0]!, 'tool "work"');
  assertStringIncludes(warnings[0]!, "Blob, image/png, 5 bytes");
  assertEquals((await resultOf(() => ({ id: 1, save: () => {} }))).warnings, []);
});

Deno.test("a large result is not serialized further than the longest output", async () => {
  const large = { list: new Array(1e9) };
  const { outcome, text } = await resultOf(() => large, { maxOutputChars: 1_000 });
  assertEquals(outcome, "ok");
  assertStringIncludes(text, "\n[cut: 1000 of at least 100");
});

Deno.test("the promises in a result are awaited under the timeout of the tool and the signal of the turn", async () => {
  const never = { receipt: new Promise(() => {}) };
  const [late] = (await createToolSession(() => never, { timeout: 1 }).next("Hi")).toolResults;
  assertEquals([late!.outcome, late!.text], [
    "error",
    'Tool "work" took longer than its timeout of 1 ms: it may have had its effect',
  ]);
  const controller = new AbortController();
  const run = () => {
    queueMicrotask(() => controller.abort());
    return never;
  };
  const turn = await createToolSession(run).next("Hi", { signal: controller.signal });
  assertEquals([turn.status, turn.toolResults[0]!.outcome], ["interrupted", "unknown"]);
});

/** A response with a body of endless text, and whether it was cancelled. */
function endlessResponse(init?: ResponseInit) {
  const seen = { pulled: 0, isCancelled: false };
  const body = new ReadableStream({
    pull(controller) {
      seen.pulled++;
      controller.enqueue(new TextEncoder().encode("é".repeat(100)));
    },
    cancel() {
      seen.isCancelled = true;
    },
  });
  return { response: new Response(body, init), seen };
}

Deno.test("a response is read up to maxResultChars, and then cancelled", async () => {
  const { response, seen } = endlessResponse();
  const { outcome, text } = await resultOf(() => response, { maxResultChars: 250 });
  assertEquals([outcome, text], [
    "ok",
    `${"é".repeat(250)}\n[cut: 250 of at least 300 characters]`,
  ]);
  assert(seen.isCancelled && seen.pulled < 10, `${seen.pulled}`);
  for (const body of ["", "short", '{"a":1}']) {
    assertEquals((await resultOf(() => Promise.resolve(new Response(body)))).text, body);
  }
  const long = await resultOf(() => new Response("x".repeat(50)), { maxResultChars: 10 });
  assertStringIncludes(long.text, "xxxxxxxxxx\n[cut: 10 of at least 50 characters]");
  assertEquals((await resultOf(() => new Response(null, { status: 204 }))).text, "");
});

Deno.test("a response of status 400 and above is an error, with its status and its body", async () => {
  const notFound = new Response("no such order", { status: 404, statusText: "Not Found" });
  const { outcome, text, warnings } = await resultOf(() => notFound);
  assertEquals([outcome, text], ["error", "HTTP 404 Not Found\nno such order"]);
  assertEquals(warnings, []);
  const empty = await resultOf(() => new Response(null, { status: 503 }));
  assertEquals([empty.outcome, empty.text], ["error", "HTTP 503"]);
  const { response, seen } = endlessResponse({ status: 500 });
  const endless = await resultOf(() => response, { maxResultChars: 10 });
  assertEquals(endless.outcome, "error");
  assertStringIncludes(endless.text, `HTTP 500\n${"é".repeat(10)}\n[cut: 10 of`);
  assert(seen.isCancelled);
});

Deno.test("a response that has no text, was read before or breaks is told as done", async () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]);
  const binary = await resultOf(() =>
    new Response(png, { headers: { "content-type": "image/png" } })
  );
  assertEquals([binary.outcome, binary.text], [
    "ok",
    "It ran. Its result (Response, 200, image/png) cannot be shown",
  ]);
  assertEquals(binary.warnings.length, 1);
  const used = await resultOf(async () => {
    const response = new Response("text");
    await response.text();
    return response;
  });
  assertEquals(used.outcome, "ok");
  assertStringIncludes(used.text, "It ran. Its result (Response, 200, text/plain");
  const broken = new ReadableStream({
    pull: (controller) => controller.error(new Error("connection reset")),
  });
  const lost = await resultOf(() => new Response(broken));
  assertEquals(lost.outcome, "ok");
  assertStringIncludes(lost.text, "connection reset");
});

Deno.test("the body of a response is cancelled when the turn is aborted", async () => {
  let isCancelled = false;
  const controller = new AbortController();
  const body = new ReadableStream({
    pull: () => {
      queueMicrotask(() => controller.abort());
      return new Promise(() => {});
    },
    cancel: () => {
      isCancelled = true;
    },
  }, { highWaterMark: 0 });
  const turn = await createToolSession(() => new Response(body)).next("Hi", {
    signal: controller.signal,
  });
  assertEquals([turn.toolResults[0]!.outcome, isCancelled], ["unknown", true]);
});
