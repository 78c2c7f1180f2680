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

/** Creates a function that must not be called during a replay. */
function forbidden(what: string): () => never {
  return () => {
    throw new Error(`${what} was used`);
  };
}

/** Creates a tool that must not run during a replay. */
export function toolOf<Args>(
  name: string,
  args: StandardSchema<unknown, Args>,
  options: Partial<ToolOptions<Args, unknown, unknown>> = {},
): Tool {
  const run = forbidden(`tool ${name}`);
  return new Tool<Args, unknown, unknown>({ name, description: name, args, run, ...options });
}

/** Creates the steps of the unchanged shop. */
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

/** Decisions of the model in {@linkcode recordShop}. */
export const SHOP_SCRIPT: readonly ScriptEntry[] = [
  decide.call("menu", { size: "small" }, { reasoning: "they ask" }),
  decide.respond("We have tea"),
  decide.move("order"),
  decide.call("brew", { drinks: ["tea"] }),
  decide.respond("Here it is", { suggestions: ["Thanks"] }),
  decide.end("Goodbye"),
];

/** Creates a shop with other steps or options. */
export function shopOf(
  steps: Record<string, StepOptions<string>>,
  options: Partial<AgentOptions> = {},
): Agent {
  const llm = { name: "forbidden", decide: forbidden("the model") };
  return new Agent({ name: "shop", llm, start: "greet", steps, ...options });
}

/** Records a session of the unchanged shop. */
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
