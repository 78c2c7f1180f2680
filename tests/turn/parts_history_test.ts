/** Pictures in conversations whose requests are bounded. */
import {
  Agent,
  decide,
  type LLMRequest,
  MockLLM,
  type Part,
  raw,
  type ScriptEntry,
  Tool,
} from "@nomos/agent";
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";

const PICTURE: Part = { type: "image", mediaType: "image/png", data: Uint8Array.of(1, 2, 3) };

/** Returns the number of pictures in a request. */
function countPictures({ messages }: LLMRequest): number {
  const parts = messages.flatMap(({ parts = [] }) => parts);
  return parts.filter(({ type }) => type === "image").length;
}

function makeViewer(maxTokens: number, answer: ScriptEntry) {
  const llm = new MockLLM([answer], { whenDone: "repeat" });
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({}),
    run: () => PICTURE,
  });
  const agent = new Agent({
    name: "viewer",
    llm,
    start: "view",
    steps: { view: { description: "View", tools: [look] } },
    history: { maxTokens, keepTurns: 1 },
  });
  return { llm, session: agent.createSession() };
}

Deno.test("a picture counts as 1,000 tokens of a bounded request, and leaves it with its turn", async () => {
  const { llm, session } = makeViewer(
    5_000,
    ({ legal }: LLMRequest) =>
      legal === undefined ? raw({ summary: "Many cups" }) : decide.respond("A cup"),
  );
  let compacted = 0;
  for (let turn = 0; turn < 12; turn++) {
    if ((await session.next([{ type: "text", text: `${turn}` }, PICTURE])).compacted) compacted++;
  }
  assert(compacted > 1);
  const [summaries, requests] = [true, false].map((isSummary) =>
    llm.requests.filter(({ legal }) => (legal === undefined) === isSummary)
  );
  assert(requests!.every((request) => countPictures(request) <= 4));
  assert(requests!.every((request) => countPictures(request) >= 1));
  // A summary is written from the descriptions, so that a model for text can write it.
  assertEquals(summaries!.map(countPictures), summaries!.map(() => 0));
  assert(summaries![0]!.messages.some(({ content }) => content.includes("[image: image/png, 3")));
  const events = await Array.fromAsync(session.events());
  assertEquals(events.filter((event) => event.type === "user" && event.parts).length, 12);
});

Deno.test("pictures of older tool results are described before a turn leaves", async () => {
  const { llm, session } = makeViewer(4_500, ({ messages, legal }: LLMRequest) => {
    if (legal === undefined) return raw({ summary: "Cups" });
    return messages.at(-2)?.role === "tool" ? decide.respond("A cup") : decide.call("look");
  });
  let turns = 0;
  while (!(await session.next(`${++turns}`)).compacted);
  const last = llm.requests.at(-1)!;
  assertEquals(llm.requests.filter(({ legal }) => legal === undefined).length, 0);
  assert(countPictures(last) < turns);
  const shown = last.messages.filter(({ role }) => role === "tool");
  assertEquals(shown.length, turns);
});
