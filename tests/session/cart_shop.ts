/** A shop whose sessions have a cart as their data. */
import {
  Agent,
  type AgentOptions,
  decide,
  type Decision,
  MockLLM,
  type ScriptEntry,
  type StandardSchema,
  Tool,
  type ToolCall,
  type ToolContext,
} from "@nomos/agent";
import * as v from "valibot";

/** Data of a session. */
export interface Cart {
  cart: string[];
  note?: string | undefined;
}

/** Schema of the data. */
export const Cart: StandardSchema<unknown, Cart> = v.object({
  cart: v.optional(v.array(v.string()), []),
  note: v.optional(v.string()),
});

/** Function of the tool `add`. */
export type Run = (args: { item: string }, given: ToolContext<Cart, unknown>) => unknown;

/** Puts an item into the cart. */
export const add: Run = ({ item }, { setData }) => {
  setData(({ cart }) => ({ cart: [...cart, item] }));
  return `${item} added`;
};

/** Creates a shop whose model plays a script. */
export function shopOf(
  script: readonly ScriptEntry[],
  run: Run = add,
  options: Partial<AgentOptions<Record<"talk" | "pay", unknown>, Cart>> = {},
): Agent<Record<"talk" | "pay", unknown>, Cart> {
  const tool = new Tool({
    name: "add",
    description: "Add",
    args: v.object({ item: v.string() }),
    data: Cart,
    run,
  });
  return new Agent<Record<"talk" | "pay", unknown>, Cart>({
    name: "shop",
    llm: new MockLLM(script),
    data: Cart,
    start: "talk",
    steps: {
      talk: {
        description: "Talk",
        tools: [tool],
        routes: { pay: { when: "they pay", guard: ({ data }) => data.cart.length > 0 } },
      },
      pay: { description: "Pay" },
    },
    ...options,
  });
}

/** Call of the tool `add`. */
export function item(name: string): ToolCall {
  return { tool: "add", args: { item: name } };
}

/** Last decision of a turn. */
export const done: Decision = decide.respond("Done");
