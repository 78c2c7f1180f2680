import { decide, type Message, type SessionEvent } from "@nomos/agent";
import { assert, assertEquals } from "@std/assert";
import { type Prompt, Transcript } from "../../src/prompt/transcript.ts";

const standing: Message = { role: "system", content: "standing" };
const last: Message = { role: "system", content: "the step" };

function user(seq: number, text: string): SessionEvent {
  return { seq, time: 0, type: "user", text };
}

function finished(
  seq: number,
  call: number,
  text = `result ${call}`,
): SessionEvent<"tool_finished"> {
  const callKey = `s/1/${call}`;
  return { seq, time: 0, type: "tool_finished", callKey, call, tool: "t", outcome: "ok", text };
}

/** Creates a decision with a number of calls. */
function calling(count: number): SessionEvent {
  const calls = Array.from({ length: count }, () => ({ tool: "t", args: {} }));
  return { seq: 0, time: 0, type: "decision", step: "a", decision: decide.calls(calls) };
}

function refused(seq: number, output: string): SessionEvent {
  return { seq, time: 0, type: "error", step: "a", path: "", message: "bad", output };
}

function listNow(transcript: Transcript): readonly Message[] {
  return transcript.list(transcript.buildPrompt(last));
}

function texts(transcript: Transcript): string[] {
  return listNow(transcript).slice(0, -1).map(({ content }) => content);
}

Deno.test("Transcript, starts with the standing text, and ends with the step message", () => {
  const transcript = new Transcript(standing, 3);
  assertEquals(transcript.buildPrompt(last).stable, 1);
  const [first, second, ...rest] = listNow(transcript);
  assert(first === standing && second === last && rest.length === 0);
});

Deno.test("Transcript, has one message for each visible event, in order", () => {
  const transcript = new Transcript(standing, 3);
  transcript.add(user(0, "one"));
  transcript.add({ seq: 1, time: 0, type: "moved", from: "a", to: "b" });
  transcript.add(user(2, "two"));
  transcript.add({ seq: 3, time: 0, type: "limit", reason: "stuck" });
  assertEquals(texts(transcript), ["standing", "one", "two"]);
});

Deno.test("Transcript, shows results in call order, whichever ended first", () => {
  const transcript = new Transcript(standing, 3);
  transcript.add(calling(3));
  for (const [index, call] of [2, 0, 1].entries()) transcript.add(finished(index + 1, call));
  transcript.add(user(4, "next"));
  const shown = texts(transcript).slice(2).map((text) => text.split("\n").at(-1));
  assertEquals(shown, ["result 0", "result 1", "result 2", "next"]);
});

Deno.test("Transcript, sorts more than ten results by number", () => {
  const transcript = new Transcript(standing, 3);
  transcript.add(calling(12));
  for (let call = 11; call >= 0; call--) transcript.add(finished(12 - call, call));
  const shown = texts(transcript).slice(2).map((text) => text.split("\n").at(-1));
  assertEquals(shown, Array.from({ length: 12 }, (_, call) => `result ${call}`));
});

Deno.test("Transcript, renders each event once, however often the messages are listed", () => {
  let reads = 0;
  const event = {
    seq: 0,
    time: 0,
    type: "decision",
    step: "a",
    decision: {
      action: "RESPOND",
      get response() {
        reads++;
        return "x";
      },
      reasoning: [],
    },
  } as SessionEvent<"decision">;
  const transcript = new Transcript(standing, 3);
  transcript.add(event);
  const prompt = transcript.buildPrompt(last);
  const [, first] = transcript.list(prompt);
  for (let time = 0; time < 10; time++) {
    transcript.add(user(time + 1, "more"));
    assert(listNow(transcript)[1] === first);
    assert(transcript.list(prompt)[1] === first);
  }
  assertEquals(reads, 1);
});

Deno.test("Transcript, never renders an event that no request reads", () => {
  const transcript = new Transcript(standing, 3);
  transcript.add({
    seq: 0,
    time: 0,
    type: "decision",
    step: "a",
    decision: {
      action: "RESPOND",
      get response(): never {
        throw new Error("rendered");
      },
      reasoning: [],
    },
  });
  assertEquals(transcript.buildPrompt(last).stable, 2);
});

Deno.test("Transcript.list, an earlier list does not change while the transcript grows", () => {
  const transcript = new Transcript(standing, 3);
  const lists: [Prompt, readonly Message[]][] = [];
  for (let time = 0; time < 20; time++) {
    transcript.add(user(time, `${time}`));
    const prompt = transcript.buildPrompt(last);
    if (time % 3 === 0) lists.push([prompt, transcript.list(prompt)]);
  }
  for (const [prompt, list] of lists) {
    const again = transcript.list(prompt);
    assertEquals(again.length, list.length);
    assert(again.every((message, index) => message === list[index]));
  }
  assertEquals(texts(transcript).length, 21);
});

Deno.test("Transcript.list, returns a copy", () => {
  const transcript = new Transcript(standing, 3);
  transcript.add(user(0, "one"));
  (listNow(transcript) as Message[]).splice(0);
  assertEquals(texts(transcript), ["standing", "one"]);
});

Deno.test("Transcript.buildPrompt, captures the notices, which follow the history", () => {
  const transcript = new Transcript(standing, 3);
  transcript.add(user(0, "one"));
  transcript.add(refused(1, "first"));
  const prompt = transcript.buildPrompt(last);
  transcript.add(refused(2, "second"));
  const [notice, step, ...rest] = transcript.list(prompt).slice(prompt.stable);
  assertEquals([prompt.stable, step, rest], [2, last, []]);
  assert(notice!.content.includes("You sent: first") && !notice!.content.includes("second"));
  assert(Object.isFrozen(notice));
  const both = transcript.buildPrompt(last);
  assertEquals(both.stable, 2);
  assert(transcript.list(both)[2]!.content.includes("You sent: second"));
  // The next input starts another turn.
  transcript.add(user(3, "two"));
  assertEquals(texts(transcript), ["standing", "one", "two"]);
});

Deno.test("Transcript.report, measures the part of a request that the previous one contains", () => {
  const transcript = new Transcript(standing, 3);
  const one = transcript.buildPrompt(last);
  transcript.add(user(0, "one"));
  const two = transcript.buildPrompt(last);
  transcript.add(user(1, "three"));
  const three = transcript.buildPrompt(last);
  const report = { messages: 3, stableMessages: 1, chars: 19, stableChars: 8 };
  assertEquals(transcript.report(two, one), report);
  assertEquals(transcript.report(three, two), {
    messages: 4,
    stableMessages: 2,
    chars: 24,
    stableChars: 11,
  });
  // A report can be made later. The first request has no previous one.
  assertEquals(transcript.report(two, one), report);
  assertEquals(transcript.report(two, undefined).stableMessages, 0);
  // An equal request is stable as a whole, including its last message.
  assertEquals(transcript.report(two, two).stableMessages, 3);
  // Messages before a changed notice are stable, messages after it are not.
  transcript.add(refused(2, "x"));
  const four = transcript.buildPrompt(last);
  assertEquals(transcript.report(four, three).stableMessages, 3);
  assertEquals(transcript.report(four, transcript.buildPrompt(last)).stableMessages, 5);
});
