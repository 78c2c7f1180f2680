import { assert, assertEquals } from "@std/assert";
import { playRandomSession, type RandomSession, type Sent } from "./random_session.ts";

/** Sessions with their seeds. All tests share them, and none changes them. */
const SESSIONS: [seed: number, session: RandomSession][] = [];
for (let seed = 1; seed <= 150; seed++) SESSIONS.push([seed, await playRandomSession(seed)]);

/** Returns the number of leading messages that two requests share as objects. */
function countSharedObjects({ messages: before }: Sent, { messages: after }: Sent): number {
  let shared = 0;
  while (shared < before.length && before[shared] === after[shared]) shared++;
  return shared;
}

/** Returns the number of leading messages with equal text: notices are rendered again. */
function countSharedTexts({ copies: before }: Sent, { copies: after }: Sent): number {
  let shared = 0;
  while (shared < before.length && before[shared]!.content === after[shared]?.content) shared++;
  return shared;
}

function countChars(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}

Deno.test("LLMRequest.messages, every request starts with the stable messages of the previous one", () => {
  for (const [seed, { sent }] of SESSIONS) {
    for (const [index, one] of sent.entries()) {
      const before = sent[index - 1];
      if (before === undefined) continue;
      const length = before.request.stable;
      assertEquals(one.copies.slice(0, length), before.copies.slice(0, length), `seed ${seed}`);
      if (before.life === one.life) {
        assert(countSharedObjects(before, one) >= length, `seed ${seed}, request ${index}`);
      }
    }
  }
});

Deno.test("LLMRequest.messages, stay unchanged after the request was sent", () => {
  for (const [seed, { sent }] of SESSIONS) {
    for (const { request, messages, copies } of sent) {
      const later = request.messages;
      assertEquals(later, copies, `seed ${seed}`);
      assert(later.every((message, index) => message === messages[index]), `seed ${seed}`);
    }
  }
});

Deno.test("LLMRequest.stable, is followed by the notices of the turn, if any, and the step", () => {
  let noticed = 0;
  for (const [seed, { sent }] of SESSIONS) {
    for (const { copies, request } of sent) {
      const tail = copies.slice(request.stable);
      assertEquals(
        tail.map(({ role }) => role),
        tail.length === 1 ? ["system"] : ["tool", "system"],
      );
      if (tail.length === 2) noticed++;
      const isNotice = /^(Your reasoning in this turn:|Refused \()/;
      assertEquals(tail.length === 2, isNotice.test(tail[0]!.content), `seed ${seed}`);
    }
  }
  assert(noticed > 500, `${noticed}`);
});

Deno.test("LLMRequest.messages, no two requests of a turn are equal", () => {
  for (const [seed, { sent, turns }] of SESSIONS) {
    for (const { from, to } of turns) {
      const texts = sent.slice(from, to).map(({ copies }) => JSON.stringify(copies));
      assertEquals(new Set(texts).size, texts.length, `seed ${seed}`);
    }
  }
});

Deno.test("LLMRequest.messages, the only system messages are the standing text and the step", () => {
  for (const [, { sent }] of SESSIONS) {
    for (const { copies, request } of sent) {
      assertEquals(copies.filter(({ role }) => role === "system").length, 2);
      assertEquals(copies[0]!.role, "system");
      assert(copies.at(-1)!.content.startsWith(`Current step: ${request.step}\n`));
    }
  }
});

Deno.test("LLMRequest.messages, have at most one message for each visible event", () => {
  const seen = new Set(["user", "decision", "tool_finished"]);
  for (const [seed, { sent, session }] of SESSIONS) {
    const visible = session.state.events.filter(({ type }) => seen.has(type)).length;
    const longest = Math.max(...sent.map(({ request }) => request.stable));
    assert(longest <= visible + 1, `seed ${seed}`);
  }
});

Deno.test("Turn.prompt, equals the sizes counted from the requests", () => {
  let counted = 0;
  for (const [seed, { sent, turns }] of SESSIONS) {
    for (const { turn, from, to, hasSignal } of turns) {
      if (hasSignal) continue;
      if (from === to) {
        assertEquals(turn.prompt, undefined, `seed ${seed}`);
        continue;
      }
      const [last, before] = [sent[to - 1]!, sent[to - 2]];
      const stable = before?.life === last.life ? countSharedTexts(before, last) : 0;
      assertEquals(turn.prompt, {
        messages: last.messages.length,
        stableMessages: stable,
        chars: countChars(last.messages),
        stableChars: countChars(last.messages.slice(0, stable)),
      }, `seed ${seed}`);
      counted++;
    }
  }
  assert(counted > 500, `${counted}`);
});

Deno.test("Turn.prompt, reports on the last request of a turn, even an aborted one", () => {
  for (const [seed, { sent, turns }] of SESSIONS) {
    for (const { turn, from, to } of turns) {
      const last = from === to ? undefined : sent[to - 1]!.messages.length;
      assertEquals(turn.prompt?.messages, last, `seed ${seed}`);
    }
  }
});

Deno.test("Session.state, of a random session is JSON", () => {
  for (const [seed, { session }] of SESSIONS) {
    const text = JSON.stringify(session.state);
    assertEquals(JSON.parse(text), session.state, `seed ${seed}`);
  }
});
