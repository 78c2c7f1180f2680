import { Agent } from "@nomos/agent";
import { openai } from "@nomos/agent/openai";
import { today } from "./tools.ts";

/** An agent with one step and one tool. Add more, and routes between the steps. */
export default new Agent({
  name: "assistant",
  llm: openai({ model: "gpt-5-mini" }),
  start: "talk",
  steps: { talk: { description: "Help the user", tools: [today] } },
});
