import { assert, assertEquals } from "@std/assert";
import { playRandomSession, randomNumbers, type Sent } from "./random_session.ts";

const SEEDS = Array.from({ length: 150 }, (_, seed) => seed + 1);

/** How many leading messages two requests share, as objects. */
function sharedMessages({ messages: before }: Sent, { messages: after }: Sent): number {
  let shared = 0;
  while (shared < before.length && before[shared] === after[shared]) shared++;
  return shared;
}

function chars(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}

Deno.test("randomNumbers, the same seed gives the same numbers from 0 to 1", () => {
  const [one, other] = [randomNumbers(7), randomNumbers(7)];
  for (let time = 0; time < 1000; time++) {
    const number = one();
    assert(number === other() && number >= 0 && number < 1);
  }
});

Deno.test("LLMRequest.messages, every request begins with all of the previous one but its last message", async () => {
  for (const seed of SEEDS) {
    const { sent } = await playRandomSession(seed);
    for (const [index, one] of sent.entries()) {
      const before = sent[index - 1];
      if (before === undefined) continue;
      const length = before.messages.length - 1;
      assertEquals(one.copies.slice(0, length), before.copies.slice(0, length), `seed ${seed}`);
      if (before.life === one.life) {
        assert(sharedMessages(before, one) >= length, `seed ${seed}, request ${index}`);
      }
    }
  }
});

Deno.test("LLMRequest.messages, read later they are still what they were when sent", async () => {
  for (const seed of SEEDS) {
    const { sent } = await playRandomSession(seed);
    for (const { request, messages, copies } of sent) {
      const later = request.messages;
      assertEquals(later, copies, `seed ${seed}`);
      assert(later.every((message, index) => message === messages[index]), `seed ${seed}`);
    }
  }
});

Deno.test("LLMRequest.messages, the standing text first, the step last, nothing of ours between them", async () => {
  for (const seed of SEEDS) {
    const { sent } = await playRandomSession(seed);
    for (const { copies, request } of sent) {
      assertEquals(copies.filter(({ role }) => role === "system").length, 2);
      assertEquals(copies[0]!.role, "system");
      assert(copies.at(-1)!.content.startsWith(`Current step: ${request.step}\n`));
    }
  }
});

Deno.test("LLMRequest.messages, one message for each event that the model sees", async () => {
  const seen = new Set(["user", "decision", "tool_finished", "error", "fallback"]);
  for (const seed of SEEDS) {
    const { sent, session } = await playRandomSession(seed);
    const visible = session.state.events.filter(({ type }) => seen.has(type)).length;
    const longest = Math.max(...sent.map(({ messages }) => messages.length));
    assert(longest <= visible + 2, `seed ${seed}`);
  }
});

Deno.test("Turn.prompt, equals what is counted from the requests themselves", async () => {
  let counted = 0;
  for (const seed of SEEDS) {
    const { sent, turns } = await playRandomSession(seed);
    for (const { turn, from, to, hasSignal } of turns) {
      if (hasSignal) continue;
      if (from === to) {
        assertEquals(turn.prompt, undefined, `seed ${seed}`);
        continue;
      }
      const [last, before] = [sent[to - 1]!, sent[to - 2]];
      const stable = before?.life === last.life ? sharedMessages(before, last) : 0;
      assertEquals(turn.prompt, {
        messages: last.messages.length,
        stableMessages: stable,
        chars: chars(last.messages),
        stableChars: chars(last.messages.slice(0, stable)),
      }, `seed ${seed}`);
      counted++;
    }
  }
  assert(counted > 500, `${counted}`);
});

Deno.test("Turn.prompt, is about the last request of a turn, one that was given up included", async () => {
  for (const seed of SEEDS) {
    const { sent, turns } = await playRandomSession(seed);
    for (const { turn, from, to } of turns) {
      const last = from === to ? undefined : sent[to - 1]!.messages.length;
      assertEquals(turn.prompt?.messages, last, `seed ${seed}`);
    }
  }
});

Deno.test("Session.state, of a random session is JSON and continues as it is", async () => {
  for (const seed of SEEDS) {
    const { session } = await playRandomSession(seed);
    const text = JSON.stringify(session.state);
    assertEquals(JSON.parse(text), session.state, `seed ${seed}`);
  }
});
