/**
 * An agent with one of everything, for tests of exploring and fuzzing.
 *
 * @module
 */
import { Agent, MockLLM, Tool } from "@nomos/agent";
import * as v from "valibot";

const getMenu = new Tool({
  name: "get_menu",
  description: "List the drinks",
  args: v.object({ size: v.optional(v.picklist(["small", "large"])) }),
  run: () => {
    throw new Error("The agent's own tool ran: expected a played one");
  },
});

const addToCart = new Tool({
  name: "add_to_cart",
  description: "Put a drink into the cart",
  args: v.object({
    drink: v.pipe(v.string(), v.minLength(1)),
    count: v.pipe(v.number(), v.integer(), v.minValue(1)),
  }),
  guard: () => true,
  run: () => "",
});

/** Creates the agent. Its own guards are always open and its own tools throw. */
export function exploredAgent(): Agent {
  return new Agent({
    name: "barista",
    llm: new MockLLM(),
    start: "greet",
    steps: {
      greet: {
        description: "Greet them",
        tools: [getMenu],
        routes: { order: "ready to order", check: "wants to know" },
      },
      check: {
        description: "Look something up",
        auto: true,
        end: false,
        routes: { greet: "done" },
      },
      order: {
        description: "Put drinks into the cart",
        tools: [getMenu, addToCart],
        routes: { checkout: { when: "done", guard: () => true }, greet: "again" },
        end: false,
      },
      checkout: {
        description: "Sum up",
        answer: v.object({ total: v.number(), items: v.array(v.string()) }),
      },
    },
  });
}
