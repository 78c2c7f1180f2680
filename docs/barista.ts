/** The agent of `docs/getting-started.md`. @module */
import { Agent, type LLM, Tool } from "@nomos/agent";
import * as v from "valibot";

const PRICES = { espresso: 250, latte: 350 };

/** The data of one conversation. */
const Customer = v.object({ cart: v.optional(v.array(v.string()), []) });

const getMenu = new Tool({
  name: "get_menu",
  description: "List the drinks and their prices in cents",
  args: v.object({}),
  run: () => PRICES,
});

const addToCart = new Tool({
  name: "add_to_cart",
  description: "Put a drink into the cart",
  args: v.object({ drink: v.picklist(["espresso", "latte"]) }),
  data: Customer,
  run: ({ drink }, { setData }) => {
    setData(({ cart }) => ({ cart: [...cart, drink] }));
    return { added: drink };
  },
});

/** A barista: its steps, none of which has a structured answer, and its data. */
export type Barista = Agent<{ order: unknown; pay: unknown }, { cart: string[] }>;

/** Returns a barista that the model plays. */
export function createBarista(llm: LLM): Barista {
  return new Agent({
    name: "barista",
    llm,
    data: Customer,
    start: "order",
    steps: {
      order: {
        description: "Answer questions about the menu and take the order",
        tools: [getMenu, addToCart],
        routes: {
          pay: { when: "they are done", guard: ({ data }) => data.cart.length > 0 },
        },
      },
      pay: { description: "Say what is in the cart and what it costs, then say goodbye" },
    },
  });
}
