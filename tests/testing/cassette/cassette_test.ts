import { ConfigError, decide, type LLM, MockLLM, raw } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { cassette, CassetteError, CassetteMissError, record, replay } from "@nomos/agent/testing";
import {
  assert,
  assertEquals,
  assertNotMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  modelOf,
  recordGreeting,
  requestOf,
  SCRIPT,
  sessionWith,
  withFile,
} from "./cassette_fixture.ts";

Deno.test("replay() plays a conversation with tool calls in a session with another id", async () => {
  await withFile(async (file) => {
    await recordGreeting(file);
    const llm = replay(file);
    const turn = await sessionWith(llm).next("Hello");
    assertEquals(turn.decisions.map(({ action }) => action), ["TOOL_CALL", "MOVE", "RESPOND"]);
    assertEquals([turn.toolResults[0]?.text, turn.response], ["seen small", "Bye"]);
    llm.assertDone();
  });
});

Deno.test("record() writes the same bytes for the same conversation", async () => {
  await withFile(async (file) => {
    const first = await recordGreeting(file);
    assertEquals(await recordGreeting(file), first);
  });
});

Deno.test("record() returns the model's result and keeps its name and schema profile", async () => {
  await withFile(async (file) => {
    const schemaProfile: Required<SchemaProfile> = {
      name: "house",
      stringKeywords: ["minLength"],
      stringFormats: [],
      patterns: "simple",
      numberKeywords: [],
      numberLimits: "natural",
      arrayKeywords: ["minItems"],
      maxMinItems: 1,
      maxMaxItems: 2,
      objectKeywords: ["propertyNames"],
      optional: "omitted",
      constants: "enum",
      enumTypes: ["null"],
      recursion: "none",
      describedReferences: true,
      openObjects: true,
      tuples: "prefixItems",
      unknown: true,
      intersections: true,
      maxDepth: 3,
      maxProperties: 4,
      maxOptional: 5,
      maxUnions: 6,
      maxEnumValues: 7,
      maxNameLength: 8,
      longEnum: 9,
      maxLongEnumLength: 10,
    };
    const result = { output: { a: 1 }, usage: { input: 12, output: 3 }, remark: "odd" };
    const model: LLM = { name: "house/one", schemaProfile, decide: () => Promise.resolve(result) };
    const recorder = record(model, file);
    assert(await recorder.decide(requestOf("x")) === result);
    for (const llm of [recorder, replay(file)]) {
      assertEquals([llm.name, llm.schemaProfile], ["house/one", schemaProfile]);
    }
    assertEquals(await replay(file).decide(requestOf("x")), result);
  });
});

Deno.test("replay() lowers schemas for the profile of the recorded model", async () => {
  await withFile(async (file) => {
    const { openaiStrict } = await import("@nomos/agent/llm");
    const schemaProfile = { ...openaiStrict, name: "house", numberKeywords: [] };
    const model = new MockLLM(SCRIPT);
    await sessionWith(record(Object.assign(model, { schemaProfile }), file)).next("Hello");
    assertEquals((await sessionWith(replay(file)).next("Hello")).response, "Bye");
    // The default profile applies to a model without one.
    await recordGreeting(file);
    assertEquals(replay(file).schemaProfile, openaiStrict);
  });
});

Deno.test("record() streams and embeds only if the model does; replay() always does", async () => {
  await withFile(async (file) => {
    const recorder = record(modelOf(() => "x"), file);
    for (const name of ["stream", "embed", "schemaProfile"]) assert(!(name in recorder), name);
    await recorder.decide(requestOf("x"));
    const player = replay(file);
    assertEquals([typeof player.stream, typeof player.embed], ["function", "function"]);
  });
});

Deno.test('cassette() records if CASSETTE is "update" and otherwise never calls the model', async () => {
  await withFile(async (file) => {
    let calls = 0;
    const model = modelOf(() => `answer ${++calls}`);
    const ask = (value: string | undefined) => {
      const environment = (name: string) => name === "CASSETTE" ? value : "update";
      return cassette(model, file, { environment }).decide(requestOf("x"));
    };
    assertEquals(await ask("update"), { output: "answer 1" });
    for (const value of [undefined, "", "UPDATE", "replay"]) {
      assertEquals(await ask(value), { output: "answer 1" });
    }
    assertEquals(calls, 1);
    assertEquals(await ask("update"), { output: "answer 2" });
    assertEquals(await ask(undefined), { output: "answer 2" });
  });
});

Deno.test("cassette() returns a model with assertDone() in both modes", async () => {
  await withFile(async (file) => {
    for (const value of ["update", undefined]) {
      const llm = cassette(modelOf(() => "x"), file, { environment: () => value });
      if (value === undefined) assertThrows(() => llm.assertDone(), CassetteError);
      await llm.decide(requestOf("x"));
      llm.assertDone();
    }
  });
});

Deno.test("cassette() replays without permission to read the environment", async () => {
  await withFile(async (file) => {
    const source = new URL("../../../src/testing/cassette/cassette.ts", import.meta.url);
    const config = new URL("../../../deno.json", import.meta.url);
    const program = `${file}.ts`;
    await record(modelOf(() => "kept"), file).decide(requestOf("x"));
    await Deno.writeTextFile(
      program,
      `import { cassette } from ${JSON.stringify(source.href)};
      const model = { name: "never", decide: () => Promise.reject(new Error("called")) };
      console.log(cassette(model, ${JSON.stringify(file)}).name);`,
    );
    const run = (...flags: string[]) =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-prompt",
          "--allow-read",
          `--config=${config.pathname}`,
          ...flags,
          program,
        ],
        env: { CASSETTE: "update" },
      }).output();
    const decoder = new TextDecoder();
    const [denied, allowed] = await Promise.all([run(), run("--allow-env=CASSETTE")]);
    assertEquals(decoder.decode(denied.stdout).trim(), "test/model", decoder.decode(denied.stderr));
    assertEquals(decoder.decode(allowed.stdout).trim(), "never", decoder.decode(allowed.stderr));
  });
});

Deno.test("record() and replay() take a path, a file URL or its text, and create the folder", async () => {
  await withFile(async (file) => {
    const nested = file.replace("cassette.json", "new folder/deeper/ä.json");
    const url = new URL(`file://${nested}`);
    await record(modelOf(() => "x"), url).decide(requestOf("x"));
    for (const given of [nested, url, url.href]) {
      assertEquals(await replay(given).decide(requestOf("x")), { output: "x" });
    }
    for (const given of [new URL("https://example.com/x.json"), "", 5 as never]) {
      const error = assertThrows(() => replay(given), ConfigError, "expected a path or a file URL");
      assertStringIncludes((error as Error).message, `Cannot use `);
    }
  });
});

Deno.test("record() copies an answer, so that later changes do not reach the file", async () => {
  await withFile(async (file) => {
    const [output, vectors] = [{ list: [1] }, [[1]]];
    const recorder = record(modelOf(() => output, { embed: () => Promise.resolve(vectors) }), file);
    await recorder.decide(requestOf("x"));
    await recorder.embed!(["x"]);
    output.list.push(2);
    vectors[0]!.push(2);
    await recorder.decide(requestOf("y"));
    const player = replay(file);
    assertEquals(await player.decide(requestOf("x")), { output: { list: [1] } });
    assertEquals(await player.embed!(["x"]), [[1]]);
  });
});

Deno.test("record() keeps the usage of embeddings, so that a replayed session counts the same", async () => {
  await withFile(async (file) => {
    const report = { usage: { input: 7 }, model: "embedder-1" };
    const embed = () => Promise.resolve(Object.assign([[1]], report));
    await record(modelOf(() => "x", { embed }), file).embed!(["x"]);
    const { usage, model } = await replay(file).embed!(["x"]);
    assertEquals<unknown>({ usage, model }, report);
  });
});

Deno.test("replay() does not play an aborted request", async () => {
  await withFile(async (file) => {
    const recorder = record(
      modelOf(() => "x", { embed: () => Promise.resolve([[1]]) }),
      file,
    );
    await recorder.decide(requestOf("x"));
    await recorder.embed!(["x"]);
    const player = replay(file);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const request = requestOf("x", { signal });
    assert(await assertRejects(() => player.decide(request)) === reason);
    assert(await assertRejects(() => Array.fromAsync(player.stream!(request))) === reason);
    assert(await assertRejects(() => player.embed!(["x"], { signal })) === reason);
    assertThrows(() => player.assertDone(), CassetteError, "2 of 2");
  });
});

Deno.test("record() keeps hostile outputs exactly, text as text and values as values", async () => {
  const hostile: unknown[] = [
    "",
    " \t\r\n\r\n",
    "\0\ud800 \udfff\ufffe\u2028\u2029\x7f",
    '{"a": 1,   "a": 2}',
    "```json\n{}\n```",
    "1e400",
    "null",
    null,
    true,
    0,
    1e21,
    [],
    {},
    [["text"], "line\nline"],
    { text: "x" },
    { value: ["x", "y"] },
    JSON.parse('{"__proto__": {"admin": true}, "constructor": {"prototype": 1}, "": "\\u0000"}'),
    "x".repeat(1_000_000),
  ];
  await withFile(async (file) => {
    const recorder = record(modelOf(({ messages }) => hostile[Number(messages[0]!.content)]), file);
    for (const index of hostile.keys()) await recorder.decide(requestOf(`${index}`));
    const player = replay(file);
    for (const [index, output] of hostile.entries()) {
      const played = (await player.decide(requestOf(`${index}`))).output;
      assertEquals(JSON.stringify(played), JSON.stringify(output));
      assertEquals(typeof played, typeof output);
    }
    assertEquals((({}) as { admin?: boolean }).admin, undefined);
  });
});

Deno.test("record() keeps the order of keys and hostile text in prompts", async () => {
  await withFile(async (file) => {
    const output = { z: 1, a: { y: 2, b: 3 } };
    const recorder = record(modelOf(() => output), file);
    const content = "\0\ud800\r\n\n\u2028end\n";
    await recorder.decide(requestOf(content));
    const played = await replay(file).decide(requestOf(content));
    assertEquals(JSON.stringify(played.output), '{"z":1,"a":{"y":2,"b":3}}');
    for (const other of [content.trim(), content.replace("\r", ""), `${content}\n`]) {
      await assertRejects(() => replay(file).decide(requestOf(other)), CassetteMissError);
    }
  });
});

Deno.test("replay() plays malformed outputs, and the agent refuses them", async () => {
  await withFile(async (file) => {
    const model = new MockLLM([raw("Sure! {"), decide.respond("ok")]);
    await sessionWith(record(model, file)).next("Hello");
    const turn = await sessionWith(replay(file)).next("Hello");
    assertEquals(turn.events.map(({ type }) => type), ["user", "error", "decision"]);
  });
});

Deno.test("record() never writes a secret, and a redacted request still matches", async () => {
  const secrets = ["sk-1234567890abcdef", "hunter2 and more", "Zm9vYmFy", "x+9$^"];
  const reply = {
    reasoning: [`I saw ${secrets[0]}`],
    decision: { action: "RESPOND", response: `password="${secrets[1]}"`, suggestions: null },
  };
  const redact = [secrets[2]!, /x\+\d../, ""];
  await withFile(async (file) => {
    const model: LLM = {
      name: `house/${secrets[2]}`,
      decide: () => Promise.resolve({ output: JSON.stringify(reply) }),
      embed: () => Promise.resolve([[1]]),
    };
    const steps = (llm: LLM) => sessionWith(llm, `Use ${secrets[2]} and ${secrets[3]}`);
    const recorder = record(model, file, { redact });
    const session = steps(recorder);
    const text = `Authorization: Bearer ${secrets[0]}`;
    await recorder.embed!([text]);
    const turns = [await session.next(text), await session.next("Again")];
    const written = await Deno.readTextFile(file);
    for (const secret of secrets) assert(!written.includes(secret), secret);
    assertStringIncludes(written, "[redacted]");

    const player = replay(file, { redact });
    const later = steps(player);
    await player.embed!([text]);
    const played = [await later.next(text), await later.next("Again")];
    player.assertDone();
    assertEquals(turns.map(({ status }) => status), played.map(({ status }) => status));
    assertNotMatch(JSON.stringify(played[1]!.state), /hunter2/);
  });
});
