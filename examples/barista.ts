/**
 * A coffee shop: the cart of a session, which tools fill and a guard reads, and a structured answer.
 *
 * With a scripted model, which needs no network and no permission:
 *
 *     deno run examples/barista.ts
 *
 * With gpt-5-mini of OpenAI, or the model that `OPENAI_MODEL` and `OPENAI_BASE_URL` name:
 *
 *     deno run --allow-env=OPENAI_API_KEY,OPENAI_MODEL,OPENAI_BASE_URL \
 *       --allow-net=api.openai.com examples/barista.ts --real
 *
 * @module
 */
import { Agent, decide, type LLM, MockLLM, type StandardSchema, Tool } from "@nomos/agent";
import { openai } from "@nomos/agent/openai";
import * as v from "valibot";

const prices = { espresso: 250, latte: 350, mocha: 400 };

/** Data of a session: the cart of one customer. They are stored in its log. */
export interface Cart {
  drinks: string[];
  cents: number;
}

const cart: StandardSchema<unknown, Cart> = v.object({
  drinks: v.optional(v.array(v.string()), []),
  cents: v.optional(v.number(), 0),
});

const getMenu = new Tool({
  name: "get_menu",
  description: "The drinks on sale and their prices in cents",
  args: v.object({}),
  run: () => prices,
});

const addToCart = new Tool({
  name: "add_to_cart",
  description: "Put a drink into the customer's cart",
  args: v.object({ drink: v.picklist(["espresso", "latte", "mocha"]) }),
  data: cart,
  run: ({ drink }, { setData }) => {
    // Called with the result, so that two drinks of one decision both count.
    setData(({ drinks, cents }) => ({
      drinks: [...drinks, drink],
      cents: cents + prices[drink],
    }));
    return `${drink} added for ${prices[drink]} cents`;
  },
});

/** Structured answers by step. They could be inferred, but JSR requires types of exports. */
export interface Answers {
  greet: unknown;
  order: unknown;
  checkout: { drinks: string[]; cents: number };
}

/** Creates the agent with a model: a scripted one in tests, a real one in production. */
export function createBarista(llm: LLM): Agent<Answers, Cart> {
  return new Agent({
    name: "barista",
    data: cart,
    persona: "You are a barista: friendly, and brief.",
    llm,
    start: "greet",
    steps: {
      greet: {
        description: "Greet the customer and answer questions about the menu",
        tools: [getMenu],
        routes: { order: "the customer is ready to order" },
      },
      order: {
        description: "Put the drinks they want into the cart",
        tools: [addToCart],
        routes: {
          greet: "they want to see the menu again",
          checkout: { when: "they are done", guard: ({ data }) => data.drinks.length > 0 },
        },
      },
      checkout: {
        description: ({ data: { drinks, cents } }) =>
          `Sum up the order: ${drinks.join(", ")}, ${cents} cents`,
        answer: v.object({ drinks: v.array(v.string()), cents: v.pipe(v.number(), v.integer()) }),
      },
    },
  });
}

/** Plays a customer's visit. */
async function play(llm: LLM): Promise<void> {
  const session = createBarista(llm).createSession();
  for (const input of ["What do you have?", "A latte and an espresso", "That is all"]) {
    console.log(`Customer: ${input}`);
    const turn = await session.next(input);
    for (const { tool, text } of turn.toolResults) console.log(`  [${tool}] ${text}`);
    // Comparing the step narrows the type of the response: only "checkout" has an order.
    const isOrder = turn.step === "checkout" && typeof turn.response === "object";
    console.log(`Barista: ${isOrder ? `It is ${turn.response.cents} cents` : turn.response}`);
    if (turn.status === "ended") break;
  }
}

/** Returns a model that makes these decisions, one per call. */
export function scriptedModel(): MockLLM {
  return new MockLLM([
    decide.call("get_menu"),
    decide.respond("Espresso, latte and mocha, from 250 cents. What would you like?"),
    decide.move("order"),
    decide.calls([
      { tool: "add_to_cart", args: { drink: "latte" } },
      { tool: "add_to_cart", args: { drink: "espresso" } },
    ]),
    decide.respond("A latte and an espresso. Anything else?"),
    decide.move("checkout"),
    decide.respond({ drinks: ["latte", "espresso"], cents: 600 }),
  ]);
}

/** Returns a model of OpenAI, or of any server with the same protocol. */
export function realModel(): LLM {
  const model = Deno.env.get("OPENAI_MODEL") ?? "gpt-5-mini";
  return openai({ model, baseURL: Deno.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1" });
}

if (import.meta.main) {
  await play(Deno.args.includes("--real") ? realModel() : scriptedModel());
}
