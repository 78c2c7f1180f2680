import type { Message } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import type { PlayedRequest } from "../../../bench/prompt_cache/conversation.ts";
import { computeShare, PrefixCache, serve } from "../../../bench/prompt_cache/vendor_cache.ts";

/** Makes a request. Each message is the initial of its role and its text. */
function request(schema: string, ...messages: readonly string[]): PlayedRequest {
  const roles = { s: "system", u: "user", a: "assistant", t: "tool" } as const;
  return {
    turn: 1,
    step: "a",
    schema,
    stable: messages.length - 1,
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

Deno.test("serve() counts one character for the role of each message, and its text", () => {
  assertEquals(serve(TALK, false).map(({ chars }) => chars), [16, 21, 24, 28]);
});

Deno.test("serve() serves the messages before the first different one", () => {
  // The system text, and the history up to the request before.
  const stable = serve(TALK, false).map(({ stableChars }) => stableChars);
  assertEquals(stable, [0, 6 + 3, 6 + 3 + 5, 6 + 3 + 5 + 3]);
});

Deno.test("serve() distinguishes equal texts of different roles", () => {
  const [, second] = serve(
    [request("{}", "sRULES", "uSTEP"), request("{}", "sRULES", "sSTEP")],
    false,
  );
  assertEquals(second, { chars: 11, stableChars: 6 });
});

Deno.test("serve() with the schema first serves only prefixes of requests with the same schema", () => {
  const served = serve(TALK, true);
  assertEquals(served.map(({ chars }) => chars), [16, 21, 24, 28].map((chars) => chars + 4));
  // The fourth shares a prefix with the second, except the step.
  assertEquals(served.map(({ stableChars }) => stableChars), [0, 4 + 9, 0, 4 + 14]);
});

Deno.test("computeShare() divides by all characters, and does not average the requests", () => {
  assertEquals(computeShare([{ chars: 10, stableChars: 0 }, { chars: 90, stableChars: 90 }]), 0.9);
});

/** Returns the length of the prefix that a cache finds for each text. */
function taken(texts: readonly string[]): number[] {
  const cache = new PrefixCache();
  return texts.map((text) => cache.add(text));
}

Deno.test("PrefixCache finds the longest prefix shared with any earlier text", () => {
  assertEquals(taken(["abc", "abd", "abcd", "abdx", "x"]), [0, 2, 3, 3, 0]);
  assertEquals(taken(["abcdef", "ab", "abcxyz", "abcdxy"]), [0, 2, 3, 4]);
  assertEquals(taken(["abc", "xbcde", "abcde"]), [0, 0, 3]);
});

Deno.test("PrefixCache finds a whole text that is a prefix of an earlier one", () => {
  assertEquals(taken(["abc", "abc", "ab", "", "abc"]), [0, 3, 2, 0, 3]);
});

Deno.test("PrefixCache ends a prefix at the first difference", () => {
  assertEquals(taken(["abcdef", "axcdef"]), [0, 1]);
});
