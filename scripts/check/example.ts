/** The small agent that other runs of the core are tried with. @module */

/** Where the program imports from. */
export interface ExampleModules {
  /** The core, as a file URL or a path beside the program. */
  readonly core: string;
  /** Valibot. */
  readonly valibot: string;
}

/** What the program prints when all went well. */
export const EXAMPLE_OUTPUT = "We have tea; one tea it is";

/**
 * Writes a program, in plain JavaScript, that builds an agent with a mock and plays two turns.
 *
 * @param modules Where the program imports from.
 */
export function writeExample({ core, valibot }: ExampleModules): string {
  return `import { Agent, decide, MockLLM, Tool } from ${JSON.stringify(core)};
import * as v from ${JSON.stringify(valibot)};

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
    decide.respond("We have tea"),
    decide.move("order"),
    decide.respond("one tea it is"),
  ]),
  start: "greet",
  steps: {
    greet: { description: "Greet", tools: [getMenu], routes: { order: "ready to order" } },
    order: { description: "Take the order", routes: { greet: "wants to look again" } },
  },
});

const session = agent.createSession();
const menu = await session.next("What do you have?");
const order = await session.next("A tea, please");
console.log([menu, order].map((turn) => turn.decision.response).join("; "));
`;
}

/**
 * Judges a run of the program.
 *
 * @param way How it was run, for the message.
 * @param result How it ended.
 * @returns A line that says what went wrong, if anything did.
 */
export function judgeExample(
  way: string,
  result: { readonly success: boolean; readonly output: string },
): string[] {
  if (result.success && result.output.trim() === EXAMPLE_OUTPUT) return [];
  return [`mod.ts: the example agent must run ${way}: ${toOneLine(result.output)}`];
}

/** Joins the first lines that say something. */
export function toOneLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.slice(0, 3).join(" | ") || "it printed nothing";
}
