import { ConfigError } from "@nomos/agent";
import { openaiStrict } from "@nomos/agent/llm";
import { cassette, record, replay } from "@nomos/agent/testing";
import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import {
  readCassetteFile,
  serializeCassette,
} from "../../../src/testing/cassette/cassette_file.ts";
import { modelOf, recordGreeting, requestOf, withFile } from "./cassette_fixture.ts";

const WRITTEN = `{
  "cassette": 1,
  "name": "test/model",
  "calls": [
    {
      "type": "decide",
      "step": "greet",
      "schemaName": "answer",
      "schema": "a2c799262a3ce3c1",
      "messages": [
        {
          "role": "user",
          "content": [
            "two",
            "lines"
          ]
        }
      ],
      "output": {
        "value": {
          "b": 1,
          "a": [
            "x\\ny"
          ]
        }
      },
      "usage": {
        "input": 3
      }
    },
    {
      "type": "embed",
      "texts": [
        "one"
      ],
      "vectors": [
        "0.5 -1"
      ]
    }
  ],
  "schemas": {
    "a2c799262a3ce3c1": {
      "type": "object"
    }
  },
  "schemaProfile": {
    "name": "openai-strict",
`;

/** Records a cassette and returns its content with a change. */
async function recordChanged(file: string, change: (content: never) => void): Promise<unknown> {
  await recordGreeting(file);
  const content = JSON.parse(await Deno.readTextFile(file));
  change(content as never);
  return content;
}

Deno.test("record() writes readable JSON: text line by line, each schema once, a vector per line", async () => {
  await withFile(async (file) => {
    const recorder = record({
      name: "test/model",
      decide: () => Promise.resolve({ output: { b: 1, a: ["x\ny"] }, usage: { input: 3 } }),
      embed: () => Promise.resolve([[0.5, -1]]),
    }, file);
    await recorder.decide(requestOf("two\nlines", { step: "greet", sessionId: "never written" }));
    await recorder.embed!(["one"]);
    const text = await Deno.readTextFile(file);
    assertEquals(text.slice(0, WRITTEN.length), WRITTEN);
    assertEquals([text.endsWith("}\n"), text.includes("never written")], [true, false]);
  });
});

Deno.test("record() writes equal schemas once, sorted by name", async () => {
  await withFile(async (file) => {
    const recorder = record(modelOf(() => 1), file);
    for (let call = 0; call < 24; call++) {
      await recorder.decide(requestOf("x", { schema: { const: call % 12 } }));
    }
    const { calls, schemas } = JSON.parse(await Deno.readTextFile(file));
    const names = Object.keys(schemas);
    assertEquals([calls.length, names.length], [24, 12]);
    assertEquals(names, names.toSorted());
    assertEquals(schemas[calls[13].schema], { const: 1 });
  });
});

Deno.test("serializeCassette() returns the text that readCassetteFile() read", async () => {
  await withFile(async (file) => {
    const recorder = record(
      modelOf(() => "text\n", { embed: () => Promise.resolve([[1, 2e-7], []]) }),
      file,
    );
    await recorder.decide(requestOf("\r\n\0\ud800", { step: "" }));
    await recorder.embed!(["a\nb", ""]);
    const text = await Deno.readTextFile(file);
    assertEquals(serializeCassette(readCassetteFile(file)), text);
  });
});

Deno.test("replay() says how to record a missing file", async () => {
  await withFile((file) => {
    const model = modelOf(() => 1);
    for (
      const load of [
        () => replay(file),
        () => cassette(model, file, { environment: () => undefined }),
      ]
    ) {
      const error = assertThrows(
        load,
        ConfigError,
        `Cannot read cassette "${file}"`,
      ) as ConfigError;
      assertStringIncludes(error.message, "CASSETTE=update");
      assertEquals(error.code, "CONFIG_INVALID");
    }
  });
});

Deno.test("replay() refuses a file that is not JSON or not text, and a folder", async () => {
  await withFile(async (file) => {
    const encoder = new TextEncoder();
    for (
      const bytes of [
        encoder.encode(""),
        encoder.encode('{"cassette": 1, "calls": ['),
        encoder.encode('{"cassette":1}{"cassette":1}'),
        Uint8Array.of(0x22, 0xff, 0xfe, 0x22),
      ]
    ) {
      await Deno.writeFile(file, bytes);
      const error = assertThrows(() => replay(file), ConfigError, "expected JSON") as ConfigError;
      assertStringIncludes(error.message, file);
      assertInstanceOf(error.cause, Error);
    }
    await Deno.remove(file);
    await Deno.mkdir(file);
    assertThrows(() => replay(file), ConfigError, `Cannot read cassette "${file}"`);
  });
});

Deno.test("replay() refuses a file with another version or without one", async () => {
  await withFile(async (file) => {
    for (
      const [version, words] of [[2, "a newer release"], ["1", "expected 1"], [0, "expected 1"]]
    ) {
      await Deno.writeTextFile(file, JSON.stringify({ cassette: version, surprise: true }));
      const error = assertThrows(() => replay(file), ConfigError, 'at "cassette"') as ConfigError;
      assertStringIncludes(error.message, `${words}`);
    }
    for (const value of [null, [], "x", {}]) {
      await Deno.writeTextFile(file, JSON.stringify(value));
      assertThrows(() => replay(file), ConfigError, "it is undefined: expected 1");
    }
  });
});

Deno.test("replay() refuses a malformed file with the path and the expected value", async () => {
  interface Content {
    calls: [Record<string, unknown> & { messages: [{ role: string; content: unknown }] }];
    schemas: Record<string, unknown>;
    schemaProfile: Record<string, unknown>;
    name: unknown;
  }
  const changes: readonly [path: string, expected: string, change: (content: Content) => void][] = [
    ["calls.0.messages.0.role", '"system"', ({ calls }) => calls[0].messages[0].role = "root"],
    ["calls.0.messages.0.content", "list of its lines", ({ calls }) => {
      calls[0].messages[0].content = 5;
    }],
    ["calls.0.type", '"decide"', ({ calls }) => calls[0].type = "guess"],
    ["calls.0.schema", 'a name in "schemas"', ({ calls }) => calls[0].schema = "constructor"],
    ["calls.0.output", '"text" or "value"', ({ calls }) => calls[0].output = {}],
    [
      "calls.0.output",
      '"text" or "value"',
      ({ calls }) => calls[0].output = { text: "", value: 1 },
    ],
    ["calls.0.usage.input", "number", ({ calls }) => calls[0].usage = { input: "many" }],
    ["calls.0.surprise", "never", ({ calls }) => calls[0].surprise = 1],
    ["calls.0.vectors.1", "finite numbers", ({ calls }) => {
      calls[0] = { type: "embed", texts: ["x"], vectors: ["1 2", "1  2"] } as never;
    }],
    ["calls.0.vectors.0", "finite numbers", ({ calls }) => {
      calls[0] = { type: "embed", texts: ["x"], vectors: ["1 Infinity"] } as never;
    }],
    ["schemaProfile.maxDepth", "number", ({ schemaProfile }) => schemaProfile.maxDepth = "deep"],
    ["schemaProfile.optional", '"omitted"', ({ schemaProfile }) => schemaProfile.optional = "no"],
    ["name", "string", (content) => content.name = null],
  ];
  for (const [path, expected, change] of changes) {
    await withFile(async (file) => {
      const content = await recordChanged(file, change as (content: never) => void);
      await Deno.writeTextFile(file, JSON.stringify(content));
      const error = assertThrows(() => replay(file), ConfigError) as ConfigError;
      assertStringIncludes(error.message, `Cannot read cassette "${file}" at "${path}`);
      assertStringIncludes(error.message, expected);
    });
  }
});

Deno.test("record() omits a limit of Infinity", async () => {
  await withFile(async (file) => {
    const model = modelOf(() => 1);
    const schemaProfile = { ...openaiStrict, maxDepth: Infinity };
    await record({ ...model, schemaProfile }, file).decide(requestOf("x"));
    const { schemaProfile: written } = JSON.parse(await Deno.readTextFile(file));
    assertEquals(["maxDepth" in written, "maxProperties" in written], [false, true]);
  });
});

Deno.test("replay() treats a missing limit of the profile as no limit", async () => {
  await withFile(async (file) => {
    const content = await recordChanged(file, ({ schemaProfile }: { schemaProfile: object }) => {
      delete (schemaProfile as { maxDepth?: number }).maxDepth;
    });
    await Deno.writeTextFile(file, JSON.stringify(content));
    const { maxDepth: _, ...rest } = openaiStrict;
    assertEquals(replay(file).schemaProfile, rest);
  });
});

Deno.test("replay() refuses a value that is nested too deeply", async () => {
  await withFile(async (file) => {
    await recordGreeting(file);
    const text = await Deno.readTextFile(file);
    const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
    await Deno.writeTextFile(file, text.replace('"reasoning": []', `"reasoning": ${deep}`));
    assertThrows(() => replay(file), ConfigError, "levels of nesting");
  });
});
