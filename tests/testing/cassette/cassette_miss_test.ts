import { LLMError } from "@nomos/agent";
import { CassetteError, CassetteMissError, record, replay } from "@nomos/agent/testing";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { modelOf, recordGreeting, requestOf, sessionWith, withFile } from "./cassette_fixture.ts";

Deno.test("replay() answers equal requests in the recorded order and refuses a further one", async () => {
  await withFile(async (file) => {
    let count = 0;
    const recorder = record(modelOf(() => ++count), file);
    for (let time = 0; time < 3; time++) await recorder.decide(requestOf("again"));
    const player = replay(file);
    for (const output of [1, 2, 3]) {
      assertEquals(await player.decide(requestOf("again")), { output });
    }
    player.assertDone();
    const error = await assertRejects(() => player.decide(requestOf("again")), CassetteMissError);
    assertStringIncludes(error.message, "recorded 3 times, and all answers were played");
    assertStringIncludes(error.message, "CASSETTE=update");
  });
});

Deno.test("replay() shows the changed lines, the step and the way to record again for a miss", async () => {
  await withFile(async (file) => {
    await recordGreeting(file);
    const session = sessionWith(replay(file), "Greet them all");
    const error = await assertRejects(() => session.next("Hello"), CassetteMissError);
    assertInstanceOf(error, LLMError);
    assertEquals([error.code, error.file, error.step], ["CASSETTE_MISS", file, "a"]);
    for (
      const part of [
        `Cannot replay "${file}" in step "a"`,
        "call 1 of 3",
        "\n- Greet the user\n+ Greet them all\n",
        "CASSETTE=update",
      ]
    ) assertStringIncludes(error.message, part);
    assert(!error.message.includes("schema:"), error.message);
    assertEquals(session.status, "interrupted");
  });
});

Deno.test("replay() shows a changed schema without the unchanged prompt for a miss", async () => {
  await withFile(async (file) => {
    const schema = { type: "object", properties: { a: { type: "string" } } };
    const recorder = record(modelOf(() => "x"), file);
    await recorder.decide(requestOf("x", { schema }));
    const changed = { type: "object", properties: { a: { type: "number" } } };
    const ask = (rest: object) => replay(file).decide(requestOf("x", { schema, ...rest }));
    const error = await assertRejects(() => ask({ schema: changed }), CassetteMissError);
    assertStringIncludes(error.message, '-       "type": "string"\n+       "type": "number"');
    assert(!error.message.includes("prompt:"), error.message);
    const named = await assertRejects(() => ask({ schemaName: "other" }), CassetteMissError);
    assertStringIncludes(named.message, "- name: answer\n+ name: other");
    assertStringIncludes(named.message, 'for "other"');
    assertEquals(named.step, undefined);
  });
});

Deno.test("replay() compares a miss with the most similar call, preferably one not yet played", async () => {
  await withFile(async (file) => {
    const recorder = record(modelOf(() => "x"), file);
    for (const text of ["a\nb\nc", "a\nb\nd", "e\nf\ng", "a\nb\nd"]) {
      await recorder.decide(requestOf(text));
    }
    const player = replay(file);
    const miss = async (text: string) => {
      const asking = () => player.decide(requestOf(text));
      return (await assertRejects(asking, CassetteMissError)).message;
    };
    assertStringIncludes(await miss("e\nf\nh"), "call 3 of 4");
    assertStringIncludes(await miss("a\nb\nx"), "call 1 of 4");
    await player.decide(requestOf("a\nb\nc"));
    assertStringIncludes(await miss("a\nb\nx"), "call 2 of 4");
  });
});

Deno.test("replay() says for a miss that its method was never recorded", async () => {
  await withFile(async (file) => {
    await record(modelOf(() => "x"), file).decide(requestOf("x"));
    const error = await assertRejects(() => replay(file).embed!(["x"]), CassetteMissError);
    assertStringIncludes(
      error.message,
      "in embed(): none of the 1 recorded calls is a call of embed()",
    );
  });
});

Deno.test("replay() describes a miss of very long prompts quickly and briefly", async () => {
  await withFile(async (file) => {
    const lines = (mark: string) =>
      Array.from({ length: 50_000 }, (_, index) => `${mark} line ${index}`).join("\n");
    const recorder = record(modelOf(() => "x"), file);
    await recorder.decide(requestOf(lines("one")));
    await recorder.decide(requestOf("x".repeat(1_000_000)));
    const player = replay(file);
    for (const text of [lines("two"), `${"x".repeat(1_000_000)}y`, `${lines("one")}\nmore`]) {
      const asking = () => player.decide(requestOf(text));
      const { message } = await assertRejects(asking, CassetteMissError);
      assert(message.length < 20_000, `${message.length}`);
    }
  });
});

Deno.test("replay() escapes control characters in the message of a miss", async () => {
  await withFile(async (file) => {
    await record(modelOf(() => "x"), file).decide(requestOf("calm"));
    const asking = () => replay(file).decide(requestOf("\x1b[2J\u202Eevil\ud800\r"));
    const { message } = await assertRejects(asking, CassetteMissError);
    assertStringIncludes(message, String.raw`+ \u001b[2J\u202eevil\ud800\u000d`);
  });
});

Deno.test("assertDone() throws an error with the number of remaining calls and the first of them", async () => {
  await withFile(async (file) => {
    await recordGreeting(file);
    const player = replay(file);
    const error = assertThrows(() => player.assertDone(), CassetteError, "3 of 3 calls remain");
    assertEquals((error as CassetteError).code, "CASSETTE_FAILED");
    const session = sessionWith(player);
    await session.next("Hello", { stopAfter: "tool" });
    assertThrows(() => player.assertDone(), CassetteError, 'the first is call 2 in step "a"');
    await session.resume();
    player.assertDone();
  });
});

Deno.test("replay() redacts secrets in the message of a miss", async () => {
  await withFile(async (file) => {
    await record(modelOf(() => "x"), file).decide(requestOf("x"));
    const asking = () => replay(file).decide(requestOf("my key is sk-1234567890abcdef"));
    const { message } = await assertRejects(asking, CassetteMissError);
    assertStringIncludes(message, "+ my key is [redacted]");
  });
});
