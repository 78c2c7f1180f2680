import {
  Agent,
  type AgentOptions,
  decide,
  MockLLM,
  type ScriptEntry,
  type Session,
  type StandardSchema,
  type StepOptions,
  Tool,
  type ToolOptions,
} from "@nomos/agent";
import * as v from "valibot";

/** What must not be used while a session is replayed. */
function forbidden(what: string): () => never {
  return () => {
    throw new Error(`${what} was used`);
  };
}

/** A tool; while it is replayed it must not run. */
export function toolOf<Args>(
  name: string,
  args: StandardSchema<unknown, Args>,
  options: Partial<ToolOptions<Args, unknown>> = {},
): Tool {
  const run = forbidden(`tool ${name}`);
  return new Tool<Args, unknown>({ name, description: name, args, run, ...options });
}

/** The parts of the shop, before something changes. */
export function shopSteps(run?: () => unknown): Record<"greet" | "order", StepOptions<string>> {
  const options = run && { run };
  return {
    greet: {
      description: "Greet them",
      tools: [toolOf("menu", v.object({ size: v.picklist(["small", "large"]) }), options)],
      routes: { order: "they order" },
    },
    order: {
      description: "Take the order",
      tools: [toolOf("brew", v.object({ drinks: v.array(v.string()) }), options)],
      routes: { greet: "they look again" },
      suggestions: true,
    },
  };
}

/** What the model decides in {@linkcode recordShop}. */
export const SHOP_SCRIPT: readonly ScriptEntry[] = [
  decide.call("menu", { size: "small" }, { reasoning: "they ask" }),
  decide.respond("We have tea"),
  decide.move("order"),
  decide.call("brew", { drinks: ["tea"] }),
  decide.respond("Here it is", { suggestions: ["Thanks"] }),
  decide.end("Goodbye"),
];

/** An agent with other parts. */
export function shopOf(
  steps: Record<string, StepOptions<string>>,
  options: Partial<AgentOptions> = {},
): Agent {
  const llm = { name: "forbidden", decide: forbidden("the model") };
  return new Agent({ name: "shop", llm, start: "greet", steps, ...options });
}

/** A session of the shop, as it went before anything changed. */
export async function recordShop(
  script: readonly ScriptEntry[] = SHOP_SCRIPT,
): Promise<Session> {
  const llm = new MockLLM(script);
  let time = 0;
  const agent = shopOf(shopSteps(() => "done"), { llm, ids: () => "s", clock: () => time++ });
  const session = agent.createSession();
  for (const input of ["What is there?", "Tea, please", "Bye"]) await session.next(input);
  llm.assertDone();
  return session;
}
