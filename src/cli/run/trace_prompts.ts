/**
 * Prompts as they are sent, for `--trace=prompt`.
 *
 * @module
 */
import { coreOf } from "../../agent/build_core.ts";
import type { ExportedAgent } from "../../config/agent_module.ts";
import type { Observer } from "../../turn/observer.ts";
import { changeAgent } from "../open_agent.ts";
import type { Output } from "../terminal/output.ts";
import { shown } from "../terminal/shown.ts";

/** Returns the agent with an observer that prints each prompt on stderr. */
export function tracePrompts(agent: ExportedAgent, output: Output): ExportedAgent {
  const observer: Observer = {
    beginTurn: () => ({
      onModelCall: ({ llm, request: { step, messages } }) => {
        const lines = messages.map(({ role, content }) => `[${role}] ${content}`);
        const text = [`prompt of step ${step ?? "-"} for ${llm}`, ...lines].join("\n");
        output.error(output.paint("grey", shown(text).replaceAll(/^/gm, "  | "), 2));
        return undefined;
      },
    }),
  };
  // Those of another copy of this package are not known.
  const observers = [...coreOf(agent)?.observers ?? [], observer];
  return changeAgent(agent, { observers });
}
