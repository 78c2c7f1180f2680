import type { Message } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import type { PlayedRequest } from "../../../bench/prompt_cache/conversation.ts";
import { PrefixCache, serve, shareOf } from "../../../bench/prompt_cache/vendor_cache.ts";

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
  assertEquals(serve(TALK, false).map(({ chars }) => chars), [16, 21, 24, 28]);
});

Deno.test("serve() serves the messages before the first that differs", () => {
  // The standing text, and all that was said up to the request before.
  const stable = serve(TALK, false).map(({ stableChars }) => stableChars);
  assertEquals(stable, [0, 6 + 3, 6 + 3 + 5, 6 + 3 + 5 + 3]);
});

Deno.test("serve() tells roles apart where texts are alike", () => {
  const [, second] = serve(
    [request("{}", "sRULES", "uSTEP"), request("{}", "sRULES", "sSTEP")],
    false,
  );
  assertEquals(second, { chars: 11, stableChars: 6 });
});

Deno.test("serve() with the schema first serves only what a request with the same schema had", () => {
  const served = serve(TALK, true);
  assertEquals(served.map(({ chars }) => chars), [16, 21, 24, 28].map((chars) => chars + 4));
  // The fourth finds the second again, the step aside.
  assertEquals(served.map(({ stableChars }) => stableChars), [0, 4 + 9, 0, 4 + 14]);
});

Deno.test("shareOf() is the part of all characters, not the mean of the requests", () => {
  assertEquals(shareOf([{ chars: 10, stableChars: 0 }, { chars: 90, stableChars: 90 }]), 0.9);
});

/** What a cache finds of each text. */
function taken(texts: readonly string[]): number[] {
  const cache = new PrefixCache();
  return texts.map((text) => cache.take(text));
}

Deno.test("PrefixCache finds the longest beginning that any earlier text has", () => {
  assertEquals(taken(["abc", "abd", "abcd", "abdx", "x"]), [0, 2, 3, 3, 0]);
  assertEquals(taken(["abcdef", "ab", "abcxyz", "abcdxy"]), [0, 2, 3, 4]);
  assertEquals(taken(["abc", "xbcde", "abcde"]), [0, 0, 3]);
});

Deno.test("PrefixCache finds all of a text that it has seen, or that one begins with", () => {
  assertEquals(taken(["abc", "abc", "ab", "", "abc"]), [0, 3, 2, 0, 3]);
});

Deno.test("PrefixCache ends a beginning at the first difference, whatever is alike behind it", () => {
  assertEquals(taken(["abcdef", "axcdef"]), [0, 1]);
});
