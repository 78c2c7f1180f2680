/** An agent with and without approvals and `once` tools. None of its own functions may run. */
import { Agent, MockLLM, Tool, type ToolOptions } from "@nomos/agent";
import * as v from "valibot";

const args = v.object({ to: v.string() });

function never(what: string): () => never {
  return () => {
    throw new Error(`The agent's own ${what} ran: expected a played one`);
  };
}

function toolOf(name: string, options: Partial<ToolOptions<{ to: string }, unknown, unknown>>) {
  return new Tool({ name, description: name, args, run: never(name), ...options });
}

export function askingAgent(): Agent {
  return new Agent({
    name: "shop",
    llm: new MockLLM(),
    start: "talk",
    steps: {
      talk: {
        description: "Talk",
        tools: [
          toolOf("look", {}),
          toolOf("pay", { needsApproval: true, once: true }),
          toolOf("send", { needsApproval: never("needsApproval") }),
        ],
        routes: { desk: "to book" },
      },
      desk: {
        description: "Book",
        tools: [
          toolOf("book", { once: true }),
          toolOf("charge", { once: true, whenUnknown: never("whenUnknown") }),
        ],
        routes: { talk: "back" },
        answer: v.object({ total: v.number(), note: v.optional(v.string()) }),
      },
    },
  });
}
