/**
 * Program that plays a turn of three decisions. Its start is measured, and `deno task check`
 * runs it without permissions and on Node.
 *
 * @module
 */
import { Agent, decide, MockLLM, Tool, type Turn } from "@nomos/agent";
import * as v from "valibot";

const getMenu = new Tool({
  name: "get_menu",
  description: "List the drinks on sale today",
  args: v.object({ size: v.optional(v.picklist(["small", "large"])) }),
  run: () => "tea",
});
const agent = new Agent({
  name: "barista",
  llm: new MockLLM([
    decide.call("get_menu"),
    decide.move("order"),
    decide.respond("One tea it is"),
  ]),
  start: "greet",
  steps: {
    greet: { description: "Greet", tools: [getMenu], routes: { order: "ready to order" } },
    order: { description: "Take the order", routes: { greet: "wants to look again" } },
  },
});
/** Result of the turn. */
export const turn: Turn = await agent.createSession().next("A tea, please");
