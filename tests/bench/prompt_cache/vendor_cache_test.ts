import type { Message } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import type { PlayedRequest } from "../../../bench/prompt_cache/play_conversation.ts";
import { inBlocks, serve, shareOf } from "../../../bench/prompt_cache/vendor_cache.ts";

const MESSAGES_ONLY = { name: "", isSchemaFirst: false, isStepFirst: false };
const SCHEMA_FIRST = { name: "", isSchemaFirst: true, isStepFirst: false };
const STEP_FIRST = { name: "", isSchemaFirst: false, isStepFirst: true };

/** A request with a schema and messages; each message is its role's initial and its text. */
function request(schema: string, ...messages: readonly string[]): PlayedRequest {
  const roles = { s: "system", u: "user", a: "assistant", t: "tool" } as const;
  return {
    turn: 1,
    step: "a",
    schema,
    messages: messages.map((message): Message => ({
      role: roles[message[0] as keyof typeof roles],
      content: message.slice(1),
    })),
  };
}

const TALK = [
  request("{1}", "sRULES", "uhi", "sSTEP A"),
  request("{1}", "sRULES", "uhi", "amove", "sSTEP A"),
  request("{2}", "sRULES", "uhi", "amove", "tok", "sSTEP B"),
  request("{1}", "sRULES", "uhi", "amove", "tok", "uyes", "sSTEP A"),
];

Deno.test("serve() counts a character for each role and the text of each message", () => {
  assertEquals(serve(TALK, MESSAGES_ONLY).map(({ chars }) => chars), [16, 21, 24, 28]);
});

Deno.test("serve() serves the messages before the first that differs", () => {
  // The standing text, and all that was said up to the request before.
  const stable = serve(TALK, MESSAGES_ONLY).map(({ stableChars }) => stableChars);
  assertEquals(stable, [0, 6 + 3, 6 + 3 + 5, 6 + 3 + 5 + 3]);
});

Deno.test("serve() tells roles apart where texts are alike", () => {
  const [, second] = serve(
    [request("{}", "sRULES", "uSTEP"), request("{}", "sRULES", "sSTEP")],
    MESSAGES_ONLY,
  );
  assertEquals(second, { chars: 11, stableChars: 6 });
});

Deno.test("serve() with the schema first serves only what a request with the same schema had", () => {
  const served = serve(TALK, SCHEMA_FIRST);
  assertEquals(served.map(({ chars }) => chars), [16, 21, 24, 28].map((chars) => chars + 4));
  // The fourth finds the second again, the step aside.
  assertEquals(served.map(({ stableChars }) => stableChars), [0, 4 + 9, 0, 4 + 14]);
});

Deno.test("serve() with the step before the history serves it where the step is the same", () => {
  const stable = serve(TALK, STEP_FIRST).map(({ stableChars }) => stableChars);
  assertEquals(stable, [0, 6 + 7 + 3, 6 + 6, 6 + 7 + 3 + 5]);
});

Deno.test("serve() with only the last request kept serves nothing after another schema", () => {
  const stable = serve(TALK, SCHEMA_FIRST, 1).map(({ stableChars }) => stableChars);
  assertEquals(stable, [0, 4 + 9, 0, 0]);
});

Deno.test("shareOf() is the part of all characters, not the mean of the requests", () => {
  assertEquals(shareOf([{ chars: 10, stableChars: 0 }, { chars: 90, stableChars: 90 }]), 0.9);
});

Deno.test("inBlocks() serves from 1,024 tokens of four characters on, in steps of 128", () => {
  const blocks = [4_095, 4_096, 4_607, 4_608, 8_191, 8_192].map((stableChars) =>
    inBlocks({ chars: 9_000, stableChars })
  );
  assertEquals(blocks.map(({ stableChars }) => stableChars / 4), [
    0,
    1_024,
    1_024,
    1_152,
    1_920,
    2_048,
  ]);
  assertEquals(blocks.map(({ chars }) => chars), blocks.map(() => 9_000));
});
