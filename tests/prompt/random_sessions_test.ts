import { assert, assertEquals } from "@std/assert";
import {
  playRandomSession,
  randomNumbers,
  type RandomSession,
  type Sent,
} from "./random_session.ts";

/** The sessions by their seeds, each played once: no test changes them. */
const SESSIONS: [seed: number, session: RandomSession][] = [];
for (let seed = 1; seed <= 150; seed++) SESSIONS.push([seed, await playRandomSession(seed)]);

/** How many leading messages two requests share, as objects. */
function sharedObjects({ messages: before }: Sent, { messages: after }: Sent): number {
  let shared = 0;
  while (shared < before.length && before[shared] === after[shared]) shared++;
  return shared;
}

/** How many leading messages two requests share, by what they say: notices are written anew. */
function sharedTexts({ copies: before }: Sent, { copies: after }: Sent): number {
  let shared = 0;
  while (shared < before.length && before[shared]!.content === after[shared]?.content) shared++;
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

Deno.test("LLMRequest.messages, every request begins with the stable messages of the previous one", () => {
  for (const [seed, { sent }] of SESSIONS) {
    for (const [index, one] of sent.entries()) {
      const before = sent[index - 1];
      if (before === undefined) continue;
      const length = before.request.stable;
      assertEquals(one.copies.slice(0, length), before.copies.slice(0, length), `seed ${seed}`);
      if (before.life === one.life) {
        assert(sharedObjects(before, one) >= length, `seed ${seed}, request ${index}`);
      }
    }
  }
});

Deno.test("LLMRequest.messages, read later they are still what they were when sent", () => {
  for (const [seed, { sent }] of SESSIONS) {
    for (const { request, messages, copies } of sent) {
      const later = request.messages;
      assertEquals(later, copies, `seed ${seed}`);
      assert(later.every((message, index) => message === messages[index]), `seed ${seed}`);
    }
  }
});

Deno.test("LLMRequest.stable, behind it stand the notices of the turn, if there are any, and the step", () => {
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

Deno.test("LLMRequest.messages, no two requests of a turn are equal, unless the model failed between", () => {
  for (const [seed, { sent, turns }] of SESSIONS) {
    for (const { from, to } of turns) {
      const texts = sent.slice(from, to).map(({ copies }) => JSON.stringify(copies));
      assertEquals(new Set(texts).size, texts.length, `seed ${seed}`);
    }
  }
});

Deno.test("LLMRequest.messages, the standing text first, the step last, nothing of ours between them", () => {
  for (const [, { sent }] of SESSIONS) {
    for (const { copies, request } of sent) {
      assertEquals(copies.filter(({ role }) => role === "system").length, 2);
      assertEquals(copies[0]!.role, "system");
      assert(copies.at(-1)!.content.startsWith(`Current step: ${request.step}\n`));
    }
  }
});

Deno.test("LLMRequest.messages, one message for each event that the model sees", () => {
  const seen = new Set(["user", "decision", "tool_finished"]);
  for (const [seed, { sent, session }] of SESSIONS) {
    const visible = session.state.events.filter(({ type }) => seen.has(type)).length;
    const longest = Math.max(...sent.map(({ request }) => request.stable));
    assert(longest <= visible + 1, `seed ${seed}`);
  }
});

Deno.test("Turn.prompt, equals what is counted from the requests themselves", () => {
  let counted = 0;
  for (const [seed, { sent, turns }] of SESSIONS) {
    for (const { turn, from, to, hasSignal } of turns) {
      if (hasSignal) continue;
      if (from === to) {
        assertEquals(turn.prompt, undefined, `seed ${seed}`);
        continue;
      }
      const [last, before] = [sent[to - 1]!, sent[to - 2]];
      const stable = before?.life === last.life ? sharedTexts(before, last) : 0;
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

Deno.test("Turn.prompt, is about the last request of a turn, one that was given up included", () => {
  for (const [seed, { sent, turns }] of SESSIONS) {
    for (const { turn, from, to } of turns) {
      const last = from === to ? undefined : sent[to - 1]!.messages.length;
      assertEquals(turn.prompt?.messages, last, `seed ${seed}`);
    }
  }
});

Deno.test("Session.state, of a random session is JSON and continues as it is", () => {
  for (const [seed, { session }] of SESSIONS) {
    const text = JSON.stringify(session.state);
    assertEquals(JSON.parse(text), session.state, `seed ${seed}`);
  }
});
