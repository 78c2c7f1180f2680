/**
 * Program that prints the log of a session of an automatic mock, with an injected
 * clock, ids and seed.
 *
 * @module
 */
import { Agent, MockLLM, Tool } from "@nomos/agent";
import * as v from "valibot";

/** Plays the session and returns its state as JSON. */
export async function determinedLog(seed: number): Promise<string> {
  let time = 1_700_000_000_000;
  let made = 0;
  const pour = new Tool({
    name: "pour",
    description: "Pour a drink",
    args: v.object({ drink: v.string(), cents: v.pipe(v.number(), v.integer()) }),
    run: async ({ drink, cents }) => {
      await Promise.resolve();
      return { drink, cents };
    },
  });
  const agent = new Agent({
    name: "determined",
    llm: MockLLM.auto({ seed }),
    start: "greet",
    steps: {
      greet: { description: "Greet them", tools: [pour], routes: { order: "ready", pay: "done" } },
      order: { description: "Take the order", tools: [pour], routes: { greet: "again" } },
      pay: { description: "Take the money" },
    },
    clock: () => time += 7,
    ids: () => `session-${made++}`,
  });
  const session = agent.createSession();
  for (let turn = 0; turn < 8 && session.status !== "ended"; turn++) {
    await session.next(`Input ${turn}`);
  }
  return JSON.stringify(session.state);
}

if (import.meta.main) console.log(await determinedLog(Number(Deno.args[0])));
