/**
 * `nomos validate`: checks an agent without a model, a key or a network.
 *
 * @module
 */
import { loadAgent } from "../../config/load_agent.ts";
import { MockLLM } from "../../llm/mock_llm.ts";
import type { AgentCall } from "../flags.ts";
import { EXIT } from "../exit_code.ts";
import { shown } from "../shown.ts";

/** Runs the command. */
export async function run({ output, project }: AgentCall<"validate">): Promise<number> {
  const agent = await loadAgent(project.path, { llm: new MockLLM([]) });
  if (output.json) output.document({ ok: true, agent: agent.name });
  else output.line(shown(`Valid: ${agent.name}`));
  return EXIT.yes;
}
