import { ConfigError, decide, LLMError, MockLLM } from "@nomos/agent";
import { CassetteError, CassetteMissError, record, replay } from "@nomos/agent/testing";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { modelOf, recordGreeting, requestOf, sessionWith, withFile } from "./cassette_fixture.ts";

Deno.test("record() passes errors of the model on and keeps the old file", async () => {
  await withFile(async (file) => {
    const before = await recordGreeting(file);
    const down = new Error("down, with api_key=abcdef123");
    const failing = record(new MockLLM([down]), file);
    assert(await assertRejects(() => failing.decide(requestOf("x"))) === down);
    const throwing = record({
      name: "m",
      decide: () => {
        throw down;
      },
    }, file);
    assert(await assertRejects(() => throwing.decide(requestOf("x"))) === down);
    assertEquals(await Deno.readTextFile(file), before);
  });
});

Deno.test("record() omits failed calls between successful ones", async () => {
  await withFile(async (file) => {
    const session = sessionWith(
      record(new MockLLM([decide.move("b"), new Error("down"), decide.respond("x")]), file),
    );
    await assertRejects(() => session.next("Hello"), LLMError, "down");
    await session.resume();
    const player = replay(file);
    assertEquals((await sessionWith(player).next("Hello")).response, "x");
    player.assertDone();
  });
});

Deno.test("record() does not record the answer to an aborted request", async () => {
  await withFile(async (file) => {
    const controller = new AbortController();
    const { signal } = controller;
    const recorder = record(
      modelOf(() => {
        controller.abort();
        return "late";
      }, { embed: () => Promise.resolve([[1]]) }),
      file,
    );
    assertEquals((await recorder.decide(requestOf("x", { signal }))).output, "late");
    assertEquals(await recorder.embed!(["x"], { signal }), [[1]]);
    assertThrows(() => replay(file), ConfigError, "no such file");
  });
});

Deno.test("record() keeps concurrent calls in the order in which they began", async () => {
  await withFile(async (file) => {
    const waiting: PromiseWithResolvers<void>[] = [];
    const recorder = record({
      name: "slow",
      decide: async ({ messages }) => {
        const gate = Promise.withResolvers<void>();
        waiting.push(gate);
        await gate.promise;
        return { output: `answer to ${messages[0]!.content}` };
      },
    }, file);
    const names = Array.from({ length: 20 }, (_, index) => `q${index}`);
    const calls = names.map((name) => recorder.decide(requestOf(name)));
    for (const gate of waiting.toReversed()) gate.resolve();
    await Promise.all(calls);
    const { calls: kept } = JSON.parse(await Deno.readTextFile(file));
    assertEquals(
      kept.map((call: { output: unknown }) => call.output),
      names.map((name) => ({ text: `answer to ${name}` })),
    );
    const player = replay(file);
    await Promise.all(names.toReversed().map((name) => player.decide(requestOf(name))));
    player.assertDone();
  });
});

Deno.test("record() writes a complete file after each call and leaves no other file", async () => {
  await withFile(async (file) => {
    const folder = file.slice(0, file.lastIndexOf("/"));
    const recorder = record(modelOf(() => "x"), file);
    for (let calls = 1; calls <= 3; calls++) {
      await recorder.decide(requestOf(`q${calls}`));
      assertEquals(JSON.parse(await Deno.readTextFile(file)).calls.length, calls);
      const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
      assertEquals(names, ["cassette.json"]);
    }
  });
});

Deno.test("record() throws if the file cannot be written and leaves no other file", async () => {
  await withFile(async (file) => {
    await Deno.mkdir(file);
    await Deno.writeTextFile(`${file}/occupied`, "");
    const recorder = record(modelOf(() => "x"), file);
    const error = await assertRejects(() => recorder.decide(requestOf("x")), CassetteError);
    assertStringIncludes(error.message, `Cannot record into "${file}" for "answer"`);
    assert(error.cause instanceof Error);
    const folder = file.slice(0, file.lastIndexOf("/"));
    assertEquals(await Array.fromAsync(Deno.readDir(folder), ({ name }) => name), [
      "cassette.json",
    ]);
    await Deno.remove(file, { recursive: true });
    await recorder.decide(requestOf("x"));
    assertEquals((await replay(file).decide(requestOf("x"))).output, "x");
  });
});

Deno.test("record() throws if an output is not JSON", async () => {
  await withFile(async (file) => {
    for (const output of [undefined, () => 1, NaN, -0, 5n, new Date(0), { a: undefined }]) {
      const recorder = record(modelOf(() => output), file);
      const error = await assertRejects(() => recorder.decide(requestOf("x")), CassetteError);
      assertStringIncludes(error.message, "to JSON: expected");
    }
    const none = record({ name: "m", decide: () => Promise.resolve(null as never) }, file);
    await assertRejects(() => none.decide(requestOf("x")), CassetteError);
    const embed = record(modelOf(() => 1, { embed: () => Promise.resolve([[NaN]]) }), file);
    await assertRejects(() => embed.embed!(["x"]), CassetteError, "arrays of finite numbers");
  });
});

Deno.test("record() keeps only the numeric counts of usage", async () => {
  await withFile(async (file) => {
    const usage = { reasoning: 4, input: 1e15, output: NaN, cachedInput: "3", price: 5 };
    const recorder = record({
      name: "m",
      decide: () => Promise.resolve({ output: "x", usage: usage as never }),
    }, file);
    await recorder.decide(requestOf("x"));
    assertEquals((await replay(file).decide(requestOf("x"))).usage, { input: 1e15, reasoning: 4 });
  });
});

Deno.test("record() keeps embeddings exactly; replay() plays each once", async () => {
  await withFile(async (file) => {
    const vectors = [[0.1, -1e-300, 5e-324, 123456789.123456789], [], [1]];
    const embed = (texts: readonly string[]) => Promise.resolve(texts.map((_, at) => vectors[at]!));
    const recorder = record(modelOf(() => 1, { embed }), file);
    assertEquals(await recorder.embed!(["a\nb", "", "c"]), vectors);
    await recorder.embed!(["c"]);
    const player = replay(file);
    assertEquals(await player.embed!(["c"]), [vectors[0]]);
    assertEquals(await player.embed!(["a\nb", "", "c"]), vectors);
    player.assertDone();
    await assertRejects(() => player.embed!(["c"]), CassetteMissError, "in embed()");
  });
});

Deno.test("record() does not call the model if redaction fails", async () => {
  await withFile(async (file) => {
    let calls = 0;
    const redact = () => {
      throw new Error("broken");
    };
    const recorder = record(modelOf(() => ++calls), file, { redact });
    await assertRejects(() => recorder.decide(requestOf("x")), ConfigError, "broken");
    assertEquals(calls, 0);
  });
});
