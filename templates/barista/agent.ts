import { Agent } from "@nomos/agent";
import { openai } from "@nomos/agent/openai";
import * as v from "valibot";
import { addToCart, cartHasDrinks, Data, getMenu } from "./tools.ts";

/** A barista: greets, takes the order, sums it up. */
export default new Agent({
  name: "barista",
  persona: "You are a barista, friendly and brief.",
  llm: openai({ model: "gpt-5-mini" }),
  data: Data,
  start: "greet",
  steps: {
    greet: {
      description: "Greet the customer, and answer questions about the menu",
      tools: [getMenu],
      routes: { order: "they want to order" },
    },
    order: {
      description: "Put what they want into the cart",
      tools: [getMenu, addToCart],
      suggestions: true,
      routes: { checkout: { when: "they are done", guard: cartHasDrinks } },
    },
    checkout: {
      description: "Sum up the order",
      answer: v.object({ drinks: v.array(v.string()), cents: v.number() }),
    },
  },
  limits: { turn: { modelCalls: 8, time: 60_000 } },
});
