import { ConfigError, type LLM } from "@nomos/agent";
import { CassetteError, CassetteMissError, record, replay } from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { chunksOf, drain, modelOf, requestOf, withFile } from "./cassette_fixture.ts";

const RESULT = { output: { answer: 42 }, usage: { output: 5 } };
const TEXTS = ['{"ans', "", 'wer":', " 42}"];

function streaming(texts: readonly string[] = TEXTS): LLM {
  return modelOf(() => "decided", { stream: () => chunksOf(texts, RESULT) });
}

Deno.test("record() passes a stream on, and replay() yields the same chunks", async () => {
  await withFile(async (file) => {
    const chunks = [...TEXTS.map((text) => ({ type: "text", text })), {
      type: "result",
      result: RESULT,
    }];
    assertEquals(await drain(record(streaming(), file), requestOf("x")), chunks as never);
    const player = replay(file);
    assertEquals(await drain(player, requestOf("x")), chunks as never);
    player.assertDone();
    await assertRejects(() => drain(player, requestOf("x")), CassetteMissError);
  });
});

Deno.test("record() passes each chunk on immediately and writes the file before the result", async () => {
  await withFile(async (file) => {
    const gate = Promise.withResolvers<void>();
    const recorder = record(
      modelOf(() => 1, {
        async *stream() {
          yield { type: "text", text: "first" };
          await gate.promise;
          yield { type: "result", result: RESULT };
        },
      }),
      file,
    );
    const stream = recorder.stream!(requestOf("x"))[Symbol.asyncIterator]();
    assertEquals((await stream.next()).value, { type: "text", text: "first" });
    assertThrows(() => replay(file), ConfigError, "no such file");
    gate.resolve();
    // The file is written before the result is yielded, so that a reader who stops loses nothing.
    assertEquals((await stream.next()).value, { type: "result", result: RESULT });
    assertEquals(await replay(file).decide(requestOf("x")), RESULT);
    await stream.return!();
    assertEquals(await replay(file).decide(requestOf("x")), RESULT);
  });
});

Deno.test("replay() plays a stream through decide(), and a decision as a stream of one chunk", async () => {
  await withFile(async (file) => {
    const outputs = ['{"b": 1,  "a": 2}', { b: [1], a: null }, ""];
    const recorder = record(
      modelOf(({ messages }) => outputs[Number(messages[0]!.content)], {
        stream: streaming().stream!,
      }),
      file,
    );
    for (const index of outputs.keys()) await recorder.decide(requestOf(`${index}`));
    await drain(recorder, requestOf("stream"));
    const player = replay(file);
    assertEquals(await player.decide(requestOf("stream")), RESULT);
    const texts = ['{"b": 1,  "a": 2}', '{"b":[1],"a":null}', ""];
    for (const [index, output] of outputs.entries()) {
      assertEquals(await drain(player, requestOf(`${index}`)), [
        { type: "text", text: texts[index]! },
        { type: "result", result: { output } },
      ]);
    }
    player.assertDone();
  });
});

Deno.test("record() closes an unfinished stream and does not record it", async () => {
  await withFile(async (file) => {
    let isClosed = false;
    const recorder = record(
      modelOf(() => "x", {
        async *stream({ schemaName }) {
          try {
            yield { type: "text", text: "a" };
            if (schemaName === "failing") throw new Error("down");
            yield { type: "text", text: "b" };
          } finally {
            isClosed = true;
          }
        },
      }),
      file,
    );
    for await (const _ of recorder.stream!(requestOf("broken"))) break;
    assert(isClosed);
    await drain(recorder, requestOf("no result"));
    await assertRejects(
      () => drain(recorder, requestOf("x", { schemaName: "failing" })),
      Error,
      "down",
    );
    recorder.stream!(requestOf("never iterated"));
    assertThrows(() => replay(file), ConfigError, "no such file");
    await recorder.decide(requestOf("kept"));
    const player = replay(file);
    await player.decide(requestOf("kept"));
    player.assertDone();
  });
});

Deno.test("record() does not record the result of an aborted stream", async () => {
  await withFile(async (file) => {
    const controller = new AbortController();
    const recorder = record(
      modelOf(() => 1, {
        stream: () => {
          controller.abort();
          return chunksOf([], RESULT);
        },
      }),
      file,
    );
    await drain(recorder, requestOf("x", { signal: controller.signal }));
    assertThrows(() => replay(file), ConfigError, "no such file");
  });
});

Deno.test("replay() plays the call of an unfinished stream again", async () => {
  await withFile(async (file) => {
    await drain(record(streaming(), file), requestOf("x"));
    const player = replay(file);
    for await (const _ of player.stream!(requestOf("x"))) break;
    const controller = new AbortController();
    const request = requestOf("x", { signal: controller.signal });
    await assertRejects(
      async () => {
        for await (const _ of player.stream!(request)) controller.abort(new Error("enough"));
      },
      Error,
      "enough",
    );
    assertThrows(() => player.assertDone(), CassetteError, "1 of 1");
    for await (const { type } of player.stream!(requestOf("x"))) if (type === "result") break;
    player.assertDone();
  });
});

Deno.test("record() redacts a secret that spans several chunks and keeps the other chunks", async () => {
  await withFile(async (file) => {
    const texts = ["The ", "key is s", "k-12345678", "90abcdef", " and", " no more"];
    const recorder = record(streaming(texts), file);
    assertEquals((await drain(recorder, requestOf("x"))).length, texts.length + 1);
    const written = await Deno.readTextFile(file);
    for (const part of ["12345678", "90abcdef"]) assert(!written.includes(part));
    const played = await drain(replay(file), requestOf("x"));
    assertEquals(
      played.flatMap((chunk) => chunk.type === "text" ? [chunk.text] : []),
      ["The ", "key is [redacted]", " and", " no more"],
    );
  });
});
