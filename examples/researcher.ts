/**
 * A researcher: searches its notes, then streams an answer to the terminal while the model writes.
 *
 * Offline, with a scripted server in this process that speaks the protocol of OpenAI:
 *
 *     deno run --allow-net=127.0.0.1 examples/researcher.ts "Why is espresso bitter?"
 *
 * With gpt-5-mini of OpenAI, or the model that `OPENAI_MODEL` and `OPENAI_BASE_URL` name. For Ollama
 * the URL is `http://localhost:11434/v1`, and the permission is `--allow-net=localhost:11434`:
 *
 *     deno run --allow-env=OPENAI_API_KEY,OPENAI_MODEL,OPENAI_BASE_URL \
 *       --allow-net=api.openai.com examples/researcher.ts "Why is espresso bitter?" --real
 *
 * @module
 */
import { Agent, decide, type Decision, type LLM, Tool } from "@nomos/agent";
import { openai } from "@nomos/agent/openai";
import * as v from "valibot";

const notes = [
  "Espresso: water of 90 to 96 °C is pressed through 18 g of coffee in 25 to 30 seconds.",
  "Extraction: acids dissolve first, then sugars, then bitter compounds.",
  "Grind: the finer the coffee is ground, the longer the water takes to pass.",
];

const searchNotes = new Tool({
  name: "search_notes",
  description: "Find the notes that contain a word",
  args: v.object({ word: v.pipe(v.string(), v.minLength(3)) }),
  run: ({ word }) => notes.filter((note) => note.toLowerCase().includes(word.toLowerCase())),
});

/** Creates the agent with a model. */
export function createResearcher(llm: LLM): Agent {
  return new Agent({
    name: "researcher",
    llm,
    start: "search",
    steps: {
      search: {
        description: "Search the notes for the words of the question, several at once",
        tools: [searchNotes],
        auto: true, // This step never answers the user.
        routes: { report: "the notes suffice, or there are none" },
        end: false,
      },
      report: { description: "Answer in a few sentences, from the notes alone", end: false },
    },
  });
}

/** Asks one question and writes the parts of the turn to the terminal as they arrive. */
async function research(question: string, llm: LLM): Promise<void> {
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
  const stream = createResearcher(llm).createSession().stream(question);
  for await (const part of stream) {
    if (part.type === "tool_finished") write(`[${part.tool}] ${part.text}\n`);
    if (part.type === "delta" && part.field === "response") write(part.text);
    // The text so far is obsolete, because the model restarts its answer.
    if (part.type === "restart" || part.type === "error") write("\n(again)\n");
  }
  const { usage } = await stream.turn;
  write(`\n(${usage.input ?? 0} tokens read, ${usage.output ?? 0} written)\n`);
}

const script: readonly Decision[] = [
  decide.calls([
    { tool: "search_notes", args: { word: "espresso" } },
    { tool: "search_notes", args: { word: "bitter" } },
  ], { reasoning: "The question is about espresso and bitterness" }),
  decide.move("report", { reasoning: "The notes name the cause" }),
  decide.respond(
    "Bitter compounds dissolve last: an espresso is bitter if the water takes too long.",
  ),
];

/** Starts a server of the Chat Completions protocol that streams one decision per request. */
function startServer(): Deno.HttpServer<Deno.NetAddr> {
  let requests = 0;
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    const { reasoning, ...decision } = script[requests++]!;
    const pieces = JSON.stringify({ reasoning, decision }).match(/.{1,6}/gsu)!;
    const chunks = pieces.map((content) => ({ choices: [{ delta: { content } }] }));
    const usage = { prompt_tokens: 300, completion_tokens: pieces.length };
    const last = { choices: [{ delta: {}, finish_reason: "stop" }], usage };
    const events = [...chunks, last].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    const body = ReadableStream.from(sendSlowly(events)).pipeThrough(new TextEncoderStream());
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
}

async function* sendSlowly(events: readonly string[]) {
  for (const event of events) {
    yield event;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  yield "data: [DONE]\n\n";
}

function realModel(): LLM {
  const model = Deno.env.get("OPENAI_MODEL") ?? "gpt-5-mini";
  return openai({ model, baseURL: Deno.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1" });
}

if (import.meta.main) {
  const [question = "Why is espresso bitter?"] = Deno.args.filter((arg) => arg !== "--real");
  if (Deno.args.includes("--real")) {
    await research(question, realModel());
  } else {
    await using server = startServer();
    const baseURL = `http://127.0.0.1:${server.addr.port}/v1`;
    await research(question, openai({ model: "scripted", baseURL }));
  }
}
