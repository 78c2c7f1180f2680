import { LLMError } from "@nomos/agent";
import { LLMHttpError, type OpenAIOptions } from "@nomos/agent/openai";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { failure, plain, type Reply, silence, vectors } from "../chat_server.ts";
import { scripted, thrownBy } from "./fixture.ts";

async function embed(
  texts: readonly string[],
  replies: readonly Reply[],
  options?: Partial<OpenAIOptions>,
): Promise<readonly [number[][], readonly unknown[]]> {
  await using model = await scripted(replies, { embeddingModel: "e", ...options });
  const embedded = await model.llm.embed!(texts);
  return [embedded, model.server.requests.map(({ path, body }) => ({ path, ...body }))];
}

Deno.test("embed() returns the vectors in the order of the texts", async () => {
  const [embedded, asked] = await embed(["a", "bcd", ""], [vectors]);
  assertEquals(embedded, [[1, 0], [3, 1], [0, 2]]);
  const request = { path: "/v1/embeddings", model: "e", input: ["a", "bcd", ""] };
  assertEquals(asked, [{ ...request, encoding_format: "float" }]);
});

Deno.test("embed() requests vectors of the length in dimensions", async () => {
  const [, [asked]] = await embed(["a"], [vectors], { dimensions: 2 });
  assertEquals((asked as { dimensions: number }).dimensions, 2);
});

Deno.test("embed() requests many texts in batches", async () => {
  const texts = Array.from({ length: 600 }, (_, index) => "x".repeat(index));
  const [embedded, asked] = await embed(texts, [vectors, vectors, vectors]);
  assertEquals(embedded.map(([length]) => length), texts.map(({ length }) => length));
  assertEquals(asked.map((body) => (body as { input: string[] }).input.length), [256, 256, 88]);
});

Deno.test("embed() sends no request for an empty list", async () => {
  assertEquals(await embed([], []), [[], []]);
});

Deno.test("embed() fails as decide() does", async () => {
  const limited = await thrownBy(
    () => embed(["a"], [failure(429, {}, { "retry-after": "1" })]),
    LLMHttpError,
  );
  assertEquals([limited.isRetryable, limited.retryAfter], [true, 1000]);
  const schema = failure(400, { message: "no response_format", param: "response_format" });
  await thrownBy(() => embed(["a"], [schema]), LLMHttpError);
  const late = await thrownBy(() => embed(["a"], [plain('{"error":"no"}')]), LLMError);
  assertEquals(late.message, 'Cannot call model "test/m": the server failed: no');
});

Deno.test("embed() rejects malformed vectors", async () => {
  const item = (embedding: unknown, index?: number) => ({ embedding, index });
  const cases: readonly (readonly [unknown, string])[] = [
    [{}, "one vector of finite numbers for each text"],
    [{ data: [item([1])] }, "one vector of finite numbers for each text"],
    [{ data: [item([1]), item(["1"])] }, "one vector of finite numbers for each text"],
    [{ data: [item([1]), item([])] }, "one vector of finite numbers for each text"],
    [{ data: [item([1]), item("AAAA")] }, "one vector of finite numbers for each text"],
    [{ data: [item([1]), item([1, 2])] }, "vectors of equal length"],
    [{ data: [item([1], 1), item([1], 1)] }, "one vector of finite numbers for each text"],
    [{ data: [item([1], 0), item([1], 1e9)] }, "one vector of finite numbers for each text"],
    [{ data: [item([1], 0), item([1], -1)] }, "one vector of finite numbers for each text"],
  ];
  for (const [value, expected] of cases) {
    const error = await thrownBy(
      () => embed(["a", "b"], [plain(JSON.stringify(value))]),
      LLMError,
    );
    assertEquals(
      error.message,
      `Cannot embed with model "test/m": expected ${expected} in the response`,
    );
  }
  const html = await thrownBy(() => embed(["a"], [plain("<p>", "text/html")]), LLMError);
  assertStringIncludes(html.message, "received <p> (text/html)");
});

Deno.test("embed() accepts vectors without an index in their order", async () => {
  const data = [{ embedding: [1] }, { embedding: [2] }];
  const [embedded] = await embed(["a", "b"], [plain(JSON.stringify({ data }))]);
  assertEquals(embedded, [[1], [2]]);
});

Deno.test("embed() rejects vectors of different lengths", async () => {
  const short: Reply = ({ body }) =>
    Response.json({ data: body.input!.map((_, index) => ({ index, embedding: [1] })) });
  const texts = Array(300).fill("a");
  const error = await thrownBy(() => embed(texts, [vectors, short]), LLMError);
  assertStringIncludes(error.message, "expected vectors of equal length");
});

Deno.test("embed() throws the reason of its signal", async () => {
  await using model = await scripted([silence], { embeddingModel: "e" });
  const leaving = new AbortController();
  const { signal } = leaving;
  const embedding = assertRejects(() => model.llm.embed!(["a"], { signal }));
  const { abandoned } = await model.server.arrival(0);
  const reason = new Error("no longer wanted");
  leaving.abort(reason);
  assertEquals(await embedding, reason);
  await abandoned;
});

Deno.test("embed() reports the tokens of all its batches, and the model", async () => {
  await using model = await scripted([vectors, vectors], { embeddingModel: "e" });
  const embedded = await model.llm.embed!(Array.from({ length: 300 }, () => "a"));
  assertEquals([embedded.usage, embedded.model], [{ input: 6 }, "e"]);
});
