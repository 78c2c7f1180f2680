/**
 * A support desk: large refunds wait for a manager, in a session that outlives its process.
 *
 * The customer asks. The refund waits for approval, and the process exits:
 *
 *     deno run --allow-read=. --allow-write=. \
 *       examples/support_desk.ts ask "The mug arrived broken, I want my money back"
 *
 * The manager decides, today or in a year, in another process that finishes the turn:
 *
 *     deno run --allow-read=. --allow-write=. \
 *       examples/support_desk.ts approve
 *
 * `deny "The reason"` refuses. The model is scripted. Append `--real`, and add these permissions, for
 * gpt-5-mini of OpenAI, or the model that `OPENAI_MODEL` and `OPENAI_BASE_URL` name:
 *
 *     --allow-env=OPENAI_API_KEY,OPENAI_MODEL,OPENAI_BASE_URL --allow-net=api.openai.com
 *
 * @module
 */
import { Agent, type Command, decide, type LLM, MockLLM, Tool } from "@nomos/agent";
import { openai } from "@nomos/agent/openai";
import { sqliteStore } from "@nomos/agent/sqlite";
import type { Store } from "@nomos/agent/store";
import * as v from "valibot";

const findOrder = new Tool({
  name: "find_order",
  description: "The customer's latest order",
  args: v.object({}),
  run: () => ({ order: "A-1001", item: "mug", cents: 4_200 }),
});

const refund = new Tool({
  name: "refund",
  description: "Pay money back to the customer",
  args: v.object({ order: v.string(), cents: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  needsApproval: ({ cents }) => cents > 1_000,
  // If the process dies while a call runs, the call is repeated with the same `callKey`:
  // pass it to the payment service as the idempotency key, and nobody is paid twice.
  run: ({ order, cents }, { callKey }) => `Refunded ${cents} cents for ${order} (key ${callKey})`,
});

/** Creates the agent with a model. */
export function createSupportDesk(llm: LLM): Agent {
  return new Agent({
    name: "support_desk",
    persona: "You work at the support desk of a shop: helpful, honest, and brief.",
    llm,
    start: "help",
    steps: {
      help: {
        description: "Find out what is wrong with the order, and refund what arrived broken",
        tools: [findOrder, refund],
        end: false,
      },
    },
  });
}

/** Opens the session and runs one turn of it. */
async function handle([verb, words = ""]: string[], llm: LLM, store: Store): Promise<void> {
  const session = await createSupportDesk(llm).openSession("customer-7", { store });
  // First finishes the turn of a process that crashed.
  if (session.status === "interrupted") await session.resume();
  let command: Command = words;
  if (verb !== "ask") {
    const [pending] = session.approvals;
    if (pending === undefined) return console.log("Nothing waits for approval");
    const { callKey, hash } = pending;
    command = verb === "approve"
      ? { approve: callKey, hash }
      : { deny: callKey, reason: words, hash };
  }
  const turn = await session.next(command);
  for (const { tool, text } of turn.toolResults) console.log(`[${tool}] ${text}`);
  for (const { tool, args } of turn.approvals) {
    console.log(`Waits for approval: ${tool} ${JSON.stringify(args)}`);
  }
  if (turn.response !== undefined) console.log(`Support: ${turn.response}`);
}

/** Returns a model that makes these decisions, one per call. */
function scriptedModel(verb: string | undefined): MockLLM {
  switch (verb) {
    case "approve":
      return new MockLLM([decide.respond("I am sorry about the mug. Your 42.00 are on the way.")]);
    case "deny":
      return new MockLLM([decide.respond("I am sorry, I cannot refund this order.")]);
    default:
      return new MockLLM([
        decide.call("find_order"),
        decide.call("refund", { order: "A-1001", cents: 4_200 }),
      ]);
  }
}

function realModel(): LLM {
  const model = Deno.env.get("OPENAI_MODEL") ?? "gpt-5-mini";
  return openai({ model, baseURL: Deno.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1" });
}

if (import.meta.main) {
  const isReal = Deno.args.includes("--real");
  const args = Deno.args.filter((arg) => arg !== "--real");
  const store = await sqliteStore("desk.db");
  await handle(args, isReal ? realModel() : scriptedModel(args[0]), store);
  await store.close();
}
