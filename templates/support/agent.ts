import { Agent } from "@nomos/agent";
import { openai } from "@nomos/agent/openai";
import * as v from "valibot";
import { Data, findOrder, orderIsKnown, refund } from "./tools.ts";

/** A support desk: finds the order, answers, gives money back. */
export default new Agent({
  name: "support",
  persona: "You help the customers of a bookshop, kindly and to the point.",
  llm: openai({ model: "gpt-5-mini" }),
  data: Data,
  start: "identify",
  steps: {
    identify: {
      description: "Find out the number of the order, and look it up",
      tools: [findOrder],
      routes: { help: { when: "the order is found", guard: orderIsKnown } },
    },
    help: {
      description: "Answer questions about the order, or give money back",
      tools: [findOrder, refund],
      routes: { report: "the customer needs nothing more" },
    },
    report: {
      description: "Sum up what was done",
      answer: v.object({
        order: v.string(),
        wish: v.picklist(["answer", "refund"]),
        solved: v.boolean(),
      }),
    },
  },
  limits: { turn: { modelCalls: 8, time: 60_000 } },
});
