/**
 * A coffee shop, played offline: `deno task demo`.
 *
 * It shows tools with a typed context (the customer's cart), a guard (nobody
 * checks out an empty cart), and a structured answer (the order). The model is
 * a script; any {@linkcode LLM} takes its place.
 *
 * @module
 */
import { Agent, decide, MockLLM, Tool, type ToolContext } from "@nomos/agent";
import * as v from "valibot";

/** What belongs to one customer. It is given to the session and never serialised. */
interface Customer {
  readonly cart: { readonly drink: string; readonly size: string; readonly cents: number }[];
}

const PRICES: Readonly<Record<string, number>> = { espresso: 250, latte: 350, mocha: 400 };
const Size = v.picklist(["small", "large"]);
const Order = v.object({
  drinks: v.array(v.string()),
  cents: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

const getMenu = new Tool({
  name: "get_menu",
  description: "The drinks on sale and their prices in cents",
  args: v.object({}),
  run: () => PRICES,
});

const addToCart = new Tool({
  name: "add_to_cart",
  description: "Put a drink into the customer's cart",
  args: v.object({ drink: v.picklist(Object.keys(PRICES)), size: v.optional(Size, "small") }),
  run: ({ drink, size }, { context }: ToolContext<Customer>) => {
    const cents = PRICES[drink]! + (size === "large" ? 50 : 0);
    context.cart.push({ drink, size, cents });
    return `${size} ${drink}, ${cents} cents`;
  },
});

const llm = new MockLLM([
  decide.call("get_menu", {}, { reasoning: "They ask what there is" }),
  decide.respond("Espresso, latte and mocha, from 250 cents. What would you like?"),
  decide.move("order", { reasoning: "They know what they want" }),
  decide.calls([
    { tool: "add_to_cart", args: { drink: "latte", size: "large" } },
    { tool: "add_to_cart", args: { drink: "espresso" } },
  ]),
  decide.respond("A large latte and a small espresso. Anything else?", {
    suggestions: ["That is all", "A mocha too"],
  }),
  decide.move("checkout", { reasoning: "The cart is not empty, so this route is open" }),
  decide.respond({ drinks: ["large latte", "small espresso"], cents: 650 }),
  decide.end("Thank you, see you soon!"),
]);

/** The structured answers by step: only the last has one. */
export interface Answers {
  readonly greet: unknown;
  readonly order: unknown;
  readonly checkout: { readonly drinks: string[]; readonly cents: number };
}

/** The agent: three steps, two tools, one guard. */
export const barista: Agent<Answers, Customer> = new Agent({
  name: "barista",
  persona: "You are a barista: friendly, and brief.",
  llm,
  start: "greet",
  steps: {
    greet: {
      description: "Greet the customer and tell them what they ask about the menu",
      tools: [getMenu],
      routes: { order: "the customer is ready to order" },
    },
    order: {
      description: "Put what they want into the cart",
      tools: [addToCart],
      suggestions: true,
      routes: {
        greet: "they want to see the menu again",
        checkout: {
          when: "they are done",
          guard: ({ context }) => context.cart.length > 0,
        },
      },
    },
    checkout: {
      description: "Sum up the order",
      answer: Order,
      end: "the customer has seen their order",
    },
  },
});

/** Plays the conversation and prints what happens. */
export async function play(write: (line: string) => void): Promise<void> {
  const customer: Customer = { cart: [] };
  const session = barista.createSession({ context: customer });
  for (
    const input of ["What do you have?", "A large latte and an espresso", "That is all", "Bye"]
  ) {
    write(`\nCustomer: ${input}`);
    const turn = await session.next(input);
    for (const event of turn.events) {
      if (event.type === "tool_finished") write(`  [${event.tool}] ${event.text}`);
      if (event.type === "moved") write(`  (${event.from} -> ${event.to})`);
    }
    const { response } = turn;
    write(`Barista:  ${typeof response === "string" ? response : JSON.stringify(response)}`);
    if (turn.suggestions.length > 0) write(`  Suggestions: ${turn.suggestions.join(" | ")}`);
  }
  llm.assertDone();
  const total = customer.cart.reduce((sum, { cents }) => sum + cents, 0);
  write(
    `\nThe cart holds ${customer.cart.length} drinks for ${total} cents; the session has ended.`,
  );
}

if (import.meta.main) await play(console.log);
