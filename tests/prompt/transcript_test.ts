import type { DecisionEvent, Message, SessionEvent, ToolFinishedEvent } from "@nomos/agent";
import { assert, assertEquals } from "@std/assert";
import { Transcript } from "../../src/prompt/transcript.ts";

const standing: Message = { role: "system", content: "standing" };
const last: Message = { role: "system", content: "the step" };

function user(seq: number, text: string): SessionEvent {
  return { seq, time: 0, type: "user", text };
}

function finished(seq: number, call: number, text = `result ${call}`): ToolFinishedEvent {
  const callKey = `s/1/${call}`;
  return { seq, time: 0, type: "tool_finished", callKey, call, tool: "t", outcome: "ok", text };
}

function texts(transcript: Transcript): string[] {
  return transcript.list(transcript.length, last).slice(0, -1).map(({ content }) => content);
}

Deno.test("Transcript, begins with the standing text itself, and ends with the message given", () => {
  const transcript = new Transcript(standing, new Map());
  assertEquals(transcript.length, 1);
  const [first, second, ...rest] = transcript.list(1, last);
  assert(first === standing && second === last && rest.length === 0);
});

Deno.test("Transcript, has one message for one visible event, in order", () => {
  const transcript = new Transcript(standing, new Map());
  transcript.add(user(0, "one"));
  transcript.add({ seq: 1, time: 0, type: "moved", from: "a", to: "b" });
  transcript.add(user(2, "two"));
  transcript.add({ seq: 3, time: 0, type: "limit", reason: "stuck" });
  assertEquals(texts(transcript), ["standing", "one", "two"]);
});

Deno.test("Transcript, shows results in the order of the calls, whichever ended first", () => {
  const transcript = new Transcript(standing, new Map());
  for (const [index, call] of [2, 0, 1].entries()) transcript.add(finished(index, call));
  transcript.add(user(3, "next"));
  const shown = texts(transcript).map((text) => text.split("\n").at(-1));
  assertEquals(shown, ["standing", "result 0", "result 1", "result 2", "next"]);
});

Deno.test("Transcript, more than ten results keep the order of numbers", () => {
  const transcript = new Transcript(standing, new Map());
  for (let call = 11; call >= 0; call--) transcript.add(finished(11 - call, call));
  const shown = texts(transcript).slice(1).map((text) => text.split("\n").at(-1));
  assertEquals(shown, Array.from({ length: 12 }, (_, call) => `result ${call}`));
});

Deno.test("Transcript, reads each event once, however often the messages are listed", () => {
  let reads = 0;
  const event = {
    seq: 0,
    time: 0,
    type: "decision",
    step: "a",
    get decision() {
      reads++;
      return { action: "RESPOND", response: "x", reasoning: [] };
    },
  } as DecisionEvent;
  const transcript = new Transcript(standing, new Map());
  transcript.add(event);
  const [, first] = transcript.list(transcript.length, last);
  for (let time = 0; time < 10; time++) {
    transcript.add(user(time + 1, "more"));
    assert(transcript.list(transcript.length, last)[1] === first);
    assert(transcript.list(2, last)[1] === first);
  }
  assertEquals(reads, 1);
});

Deno.test("Transcript, an event that no request reads is never rendered", () => {
  const transcript = new Transcript(standing, new Map());
  transcript.add({
    seq: 0,
    time: 0,
    type: "decision",
    step: "a",
    get decision(): never {
      throw new Error("rendered");
    },
  });
  assertEquals(transcript.length, 2);
});

Deno.test("Transcript.list, a shorter list stays what it was while the transcript grows", () => {
  const transcript = new Transcript(standing, new Map());
  const lists: Message[][] = [];
  for (let time = 0; time < 20; time++) {
    transcript.add(user(time, `${time}`));
    if (time % 3 === 0) lists.push(transcript.list(transcript.length, last));
  }
  for (const list of lists) {
    const again = transcript.list(list.length - 1, last);
    assertEquals(again.length, list.length);
    assert(again.every((message, index) => message === list[index]));
  }
  assertEquals(texts(transcript).length, 21);
});

Deno.test("Transcript.list, what is done to a list is not done to the transcript", () => {
  const transcript = new Transcript(standing, new Map());
  transcript.add(user(0, "one"));
  transcript.list(2, last).splice(0);
  assertEquals(texts(transcript), ["standing", "one"]);
});

Deno.test("Transcript.report, tells what of a request the previous one had", () => {
  const transcript = new Transcript(standing, new Map());
  transcript.add(user(0, "one"));
  transcript.add(user(1, "three"));
  const [one, two, three] = [1, 2, 3].map((length) => ({ length, last }));
  const report = { messages: 3, stableMessages: 1, chars: 19, stableChars: 8 };
  assertEquals(transcript.report(two!, one), report);
  assertEquals(transcript.report(three!, two), {
    messages: 4,
    stableMessages: 2,
    chars: 24,
    stableChars: 11,
  });
  // A report may be asked for late, and the first request had none before it.
  assertEquals(transcript.report(two!, one), report);
  assertEquals(transcript.report(two!, undefined).stableMessages, 0);
  // A request that is made again is stable as a whole, its last message included.
  assertEquals(transcript.report(two!, { length: 2, last }).stableMessages, 3);
});
