/**
 * Agent whose model does what the user says, with pauses while it answers.
 *
 * @module
 */
import { Agent, type LLM, type LLMRequest, Tool } from "@nomos/agent";
import * as v from "valibot";

/** Returns the decision that the last input asks for. */
function decide({ messages }: LLMRequest): object {
  const last = messages.findLastIndex(({ role }) => role === "user");
  const hasDecided = messages.slice(last).some(({ role }) => role === "assistant");
  if (hasDecided) return { action: "RESPOND", response: "It is done", suggestions: ["count"] };
  switch (messages[last]?.content) {
    case "count":
      return { action: "RESPOND", response: "one two three four", suggestions: null };
    case "escape":
      return { action: "RESPOND", response: "\x1b[2J\x1b[31mred\x1b]0;owned\x07 \u202egnp.exe" };
    case "refund":
      return { action: "TOOL_CALL", calls: [{ tool: "refund", args: { cents: 500 } }] };
    case "wait":
    case "spin":
      return { action: "TOOL_CALL", calls: [{ tool: messages[last]!.content, args: {} }] };
    default:
      return { action: "END", response: "Goodbye" };
  }
}

const llm: LLM = {
  name: "obedient",
  decide: (request) => Promise.resolve({ output: { decision: decide(request) } }),
  async *stream(request) {
    const decision = decide(request);
    const text = JSON.stringify({ decision });
    for (const part of text.split(/(?<=two )/)) {
      yield { type: "text", text: part };
      // The test looks at the first half meanwhile.
      await new Promise((resolve) => setTimeout(resolve, part.endsWith("two ") ? 1_500 : 0));
    }
    yield { type: "result", result: { output: text } };
  },
};

const refund = new Tool({
  name: "refund",
  description: "Give money back",
  args: v.object({ cents: v.pipe(v.number(), v.integer()) }),
  needsApproval: true,
  run: ({ cents }) => `${cents} cents given back`,
});

const wait = new Tool({
  name: "wait",
  description: "Wait for a minute",
  args: v.object({}),
  run: async (_, { signal }) => {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {}, 60_000);
    signal.addEventListener("abort", () => reject(signal.reason));
    console.log("waiting");
    await promise.finally(() => clearTimeout(timer));
  },
});

const spin = new Tool({
  name: "spin",
  description: "Keep the thread for a minute",
  args: v.object({}),
  run: () => {
    console.log("spinning");
    for (const end = performance.now() + 60_000; performance.now() < end;);
  },
});

const desk: Agent = new Agent({
  name: "desk",
  llm,
  reasoning: false,
  start: "talk",
  steps: { talk: { description: "Help", tools: [refund, wait, spin], suggestions: true } },
});
export default desk;
