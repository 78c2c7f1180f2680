/** An agent with a move, a tool and an end, for the tests of scenarios and trajectories. */
import { Agent, type LLM, Tool } from "@nomos/agent";
import * as v from "valibot";

const add = new Tool({
  name: "add",
  description: "Put a drink into the cart",
  args: v.object({ drink: v.string(), size: v.optional(v.string()) }),
  run: ({ drink }) => {
    if (drink === "beer") throw new Error("not on the menu");
    return `${drink} added`;
  },
});

const tip = new Tool({
  name: "tip",
  description: "Take a tip",
  args: v.object({}),
  run: () => "thanks",
});

export type CafeStep = "greet" | "order";

export function cafe(llm: LLM): Agent<Record<CafeStep, unknown>> {
  return new Agent({
    name: "cafe",
    llm,
    start: "greet",
    clock: () => 0,
    ids: () => "s",
    steps: {
      greet: { description: "SECRET INSTRUCTION", routes: { order: "they want to order" } },
      order: { description: "Take the order", tools: [add, tip], routes: { greet: "again" } },
    },
  });
}
