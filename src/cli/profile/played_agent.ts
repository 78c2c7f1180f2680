/**
 * Agent that `nomos profile` plays, with its script.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { nextTask } from "../../clock.ts";
import type { ExportedAgent } from "../../config/agent_module.ts";
import { readConversation } from "../../config/conversation/conversation.ts";
import type { AgentNames } from "../../config/conversation/script_entry.ts";
import { formatWarning } from "../../config/text/problem.ts";
import type { ConversationScript } from "../../profile/mod.ts";
import type { PlayOptions } from "../../profile/play/play_script.ts";
import { requireCore } from "../../testing/play/played_core.ts";
import { childAgentOf } from "../../turn/call/child_call.ts";
import type { AgentCall } from "../flags.ts";
import { openAgent, type OpenedAgent } from "../open_agent.ts";
import { shown } from "../terminal/shown.ts";
import { locateScript } from "./needs.ts";

/** Agent to play. */
export interface PlayedAgent {
  /** The agent, with its own models. */
  readonly agent: ExportedAgent;
  /** Inputs, decisions and verdicts; undefined if an automatic mock plays. */
  readonly script: ConversationScript | undefined;
  /** Contexts of its sessions. */
  readonly options: Required<Pick<PlayOptions, "context">>;
}

/** Opens the agent of a call, and closes it after `use`. */
export async function withPlayedAgent<Result>(
  call: AgentCall<"profile">,
  use: (played: PlayedAgent) => Promise<Result>,
): Promise<Result> {
  const { project, output, options: { model } } = call;
  const onNote = (text: string) => output.note(output.paint("grey", shown(text), 2));
  // A mock has the names of the agent's own models, for their prices and their schemas.
  const opened = await openAgent(project, {
    withoutKeys: model === "mock",
    ignoreFlows: true,
    onWarning: (warning) => onNote(formatWarning(warning)),
    onNote,
  });
  try {
    const result = await use({
      agent: opened.agent,
      script: await readScript(call, opened),
      options: {
        context: async ({ sessionId }) => (await opened.openContext(sessionId)).context,
      },
    });
    // An error that nothing caught ends the process in a task of its own.
    await nextTask();
    return result;
  } finally {
    call.output.progress("");
    await opened.close();
  }
}

/** Reads the script that the user named, or else the one beside the agent, if there is one. */
async function readScript(
  { options: { script }, project }: AgentCall<"profile">,
  { agent }: OpenedAgent,
): Promise<ConversationScript | undefined> {
  const path = script ?? locateScript(project);
  if (script === undefined && !existsSync(path)) return undefined;
  return await readConversation(path, namesOf(agent));
}

/** Returns the names that a script may use. */
function namesOf(agent: ExportedAgent): AgentNames {
  const { graph: { steps } } = requireCore(agent, "profile");
  const tools = [...steps.values()].flatMap(({ tools }) => tools);
  const names = new Set(tools.map(({ name }) => name));
  // An agent that is called as a tool is opened with the call, so its tools are not known before.
  const isAlone = tools.every((tool) => childAgentOf(tool) === undefined);
  return { steps: new Set(steps.keys()), tools: names, ...isAlone && { approvals: names } };
}
