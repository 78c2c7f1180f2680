/**
 * A triage: one agent talks to the user and asks two specialist agents, which are its tools.
 *
 * With a scripted model, which needs no network and no permission:
 *
 *     deno run examples/triage.ts
 *
 * With gpt-5-mini of OpenAI, or the model that `OPENAI_MODEL` and `OPENAI_BASE_URL` name:
 *
 *     deno run --allow-env=OPENAI_API_KEY,OPENAI_MODEL,OPENAI_BASE_URL \
 *       --allow-net=api.openai.com examples/triage.ts --real
 *
 * @module
 */
import { Agent, decide, type LLM, MockLLM, Tool } from "@nomos/agent";
import { openai } from "@nomos/agent/openai";
import * as v from "valibot";

const findInvoice = new Tool({
  name: "find_invoice",
  description: "The invoice of a month",
  args: v.object({ month: v.picklist(["september", "october", "november"]) }),
  run: ({ month }) => ({ month, plan: "team", seats: month === "november" ? 12 : 10 }),
});

const readStatus = new Tool({
  name: "read_status",
  description: "The current status of every service",
  args: v.object({}),
  run: () => ({ website: "up", api: "up", uploads: "down since 09:40" }),
});

/** Creates the three agents and returns the one that talks to the user. */
export function createTriage(llm: LLM): Agent {
  const billing = new Agent({
    name: "billing",
    llm,
    start: "explain",
    steps: {
      explain: {
        description: "Explain the invoice. Your answer goes to a colleague, who cannot ask back",
        tools: [findInvoice],
      },
    },
  });
  const operations = new Agent({
    name: "operations",
    llm,
    start: "diagnose",
    steps: {
      diagnose: {
        description: "Find the fault. Your answer goes to a colleague, who cannot ask back",
        tools: [readStatus],
      },
    },
  });
  return new Agent({
    name: "triage",
    persona: "You are the first contact of customers: calm, and brief.",
    llm,
    // The calls of the specialists count as well.
    limits: { turn: { modelCalls: 20 } },
    start: "talk",
    steps: {
      talk: {
        description: "Ask the specialists whom the question concerns, then answer it",
        tools: [
          billing.asTool({ name: "ask_billing", description: "Knows invoices and plans" }),
          operations.asTool({ name: "ask_operations", description: "Knows what is broken" }),
        ],
      },
    },
  });
}

/** Plays one question. */
async function play(llm: LLM): Promise<void> {
  const question = "My uploads fail. And why was November more expensive than October?";
  console.log(`User: ${question}`);
  const turn = await createTriage(llm).createSession().next(question);
  for (const { tool, args, text } of turn.toolResults) {
    console.log(`  [${tool}] ${args.input} ${text}`);
  }
  console.log(`Triage: ${turn.response}`);
}

/** Returns a model that makes these decisions, one per call, for whichever agent calls it. */
function scriptedModel(): MockLLM {
  return new MockLLM([
    decide.call("ask_operations", { input: "Why do uploads fail?" }),
    // The agent "operations":
    decide.call("read_status"),
    decide.respond("Uploads are down since 09:40, all else is up."),
    // The agent "triage" again:
    decide.call("ask_billing", { input: "Why was November more expensive than October?" }),
    // The agent "billing":
    decide.calls([
      { tool: "find_invoice", args: { month: "october" } },
      { tool: "find_invoice", args: { month: "november" } },
    ]),
    decide.respond("October had 10 seats, November has 12."),
    // The agent "triage" again:
    decide.respond("Uploads are down since 09:40. November is more because it has two more seats."),
  ]);
}

function realModel(): LLM {
  const model = Deno.env.get("OPENAI_MODEL") ?? "gpt-5-mini";
  return openai({ model, baseURL: Deno.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1" });
}

if (import.meta.main) {
  await play(Deno.args.includes("--real") ? realModel() : scriptedModel());
}
