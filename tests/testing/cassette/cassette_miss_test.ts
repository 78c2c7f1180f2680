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
Deno.test("replay, the same request asked n times has its n answers in order, and no more", async () => {
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

Deno.test("replay, an unknown request shows what changed, in which step, and how to record anew", async () => {
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

Deno.test("replay, a miss shows a changed schema, and not the prompt that is the same", async () => {
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

Deno.test("replay, a miss compares with the nearest call, of equals one that is still to be played", async () => {
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

Deno.test("replay, a miss says if the method was never recorded", async () => {
  await withFile(async (file) => {
    await record(modelOf(() => "x"), file).decide(requestOf("x"));
    const error = await assertRejects(() => replay(file).embed!(["x"]), CassetteMissError);
    assertStringIncludes(
      error.message,
      "in embed(): none of the 1 recorded calls is a call of embed()",
    );
  });
});

Deno.test("replay, a miss of very long prompts is fast and its message short", async () => {
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

Deno.test("replay, control characters are escaped in a miss", async () => {
  await withFile(async (file) => {
    await record(modelOf(() => "x"), file).decide(requestOf("calm"));
    const asking = () => replay(file).decide(requestOf("\x1b[2J\u202Eevil\ud800\r"));
    const { message } = await assertRejects(asking, CassetteMissError);
    assertStringIncludes(message, String.raw`+ \u001b[2J\u202eevil\ud800\u000d`);
  });
});

Deno.test("assertDone, names how many calls were not played, and the first", async () => {
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

Deno.test("replay, a miss does not tell a secret either", async () => {
  await withFile(async (file) => {
    await record(modelOf(() => "x"), file).decide(requestOf("x"));
    const asking = () => replay(file).decide(requestOf("my key is sk-1234567890abcdef"));
    const { message } = await assertRejects(asking, CassetteMissError);
    assertStringIncludes(message, "+ my key is [redacted]");
  });
});
