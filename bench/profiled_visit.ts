/**
 * A customer's visit at the barista of the examples, as a script.
 *
 * @module
 */
import { decide } from "@nomos/agent";
import type { ConversationScript } from "@nomos/agent/profile";

/** Inputs of the customer, and decisions of the model. */
export const VISIT: ConversationScript = [
  {
    input: "What do you have?",
    decisions: [decide.call("get_menu"), decide.respond("Espresso, latte and mocha.")],
  },
  {
    input: "A latte and an espresso",
    decisions: [
      decide.move("order"),
      decide.calls([
        { tool: "add_to_cart", args: { drink: "latte" } },
        { tool: "add_to_cart", args: { drink: "espresso" } },
      ]),
      decide.respond("A latte and an espresso. Anything else?"),
    ],
  },
  {
    input: "That is all",
    decisions: [
      decide.move("checkout"),
      decide.respond({ drinks: ["latte", "espresso"], cents: 600 }),
    ],
  },
];
