import { assert, assertEquals } from "@std/assert";
import { playConversation } from "../../../bench/prompt_cache/conversation.ts";
import {
  listPrompts,
  type PromptPart,
  serveMarked,
} from "../../../bench/prompt_cache/marked_cache.ts";

/** Makes the parts of a prompt. A marked part ends with `!`. */
function prompt(...texts: readonly string[]): PromptPart[] {
  return texts.map((text) => ({ text, isMarked: text.endsWith("!") }));
}

function servedOf(...prompts: readonly PromptPart[][]): number[] {
  return serveMarked(prompts).map(({ stableChars }) => stableChars);
}

Deno.test("serveMarked() serves a prompt up to the last marker of an earlier one", () => {
  assertEquals(servedOf(prompt("ab!", "cd"), prompt("ab!", "cd"), prompt("ab!", "x")), [0, 3, 3]);
  assertEquals(servedOf(prompt("a!", "b!", "c"), prompt("a!", "b!", "d!", "e")), [0, 4]);
  assertEquals(servedOf(prompt("a", "b"), prompt("a", "b")), [0, 0]);
});

Deno.test("serveMarked() finds an earlier marker where there is none now, at most 20 parts before one", () => {
  const far = (parts: number) => {
    const between = Array.from({ length: parts }, () => "x");
    // The part with the earlier marker has the same text, but no marker now.
    const unmarked = { text: "b!", isMarked: false };
    return [unmarked, ...prompt(...between), { text: "c", isMarked: true }];
  };
  assertEquals(servedOf(prompt("b!", "step"), far(19)), [0, 2]);
  assertEquals(servedOf(prompt("b!", "step"), far(20)), [0, 0]);
});

Deno.test("listPrompts() lists the schema, then the parts that openai() sends, with markers", async () => {
  const { requests } = await playConversation();
  const prompts = await listPrompts(requests);
  for (const [index, parts] of prompts.entries()) {
    const { schema, messages, stable } = requests[index]!;
    assertEquals(parts[0], { text: schema, isMarked: false });
    assertEquals(parts.length, 1 + messages.length);
    const marked = [...parts.keys()].filter((part) => parts[part]!.isMarked);
    assertEquals(marked.slice(0, 1).concat(marked.slice(-1)), [1, stable]);
    assert(marked.length <= 4);
    const distances = marked.slice(1).map((mark, at) => mark - marked[at]!);
    assertEquals(distances.slice(1).every((distance) => distance <= 20), true);
  }
});
