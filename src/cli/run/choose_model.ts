/**
 * Choice of the model that plays the agent in a conversation.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readConversation } from "../../config/conversation/conversation.ts";
import { playConversation } from "../../config/conversation/play_conversation.ts";
import type { AgentNames } from "../../config/conversation/script_entry.ts";
import type { AgentConfig } from "../../config/format/agent_config.ts";
import { listModels } from "../../config/format/model_names.ts";
import { listMissingKeys } from "../../config/model/providers.ts";
import { readConfig } from "../../config/read_config.ts";
import { ConfigFileError } from "../../config/text/problem.ts";
import { readProcessVariable } from "../../config/text/variables.ts";
import type { LLM } from "../../llm/llm.ts";
import { CommandError, EXIT } from "../exit_code.ts";
import type { Project } from "../project.ts";

/** Name of the script beside an agent. */
const SCRIPT = "conversation.yaml";

/** Model that plays the agent in place of its own. */
export interface Player {
  /** The model. */
  readonly llm: LLM;
  /** Inputs of the script, in order. */
  readonly inputs: readonly string[];
  /** Name for the user. */
  readonly name: string;
}

/** Circumstances of a choice. */
export interface ModelContext {
  /** The flag `--model`. */
  readonly mode: "auto" | "real" | "mock" | undefined;
  /** Agent of the command. */
  readonly project: Project;
  /** True if a person reads the answers, so that a script may play without being asked for. */
  readonly isTalk: boolean;
  /** Called with a sentence about the choice. */
  readonly onNote: (text: string) => void;
}

/**
 * Returns the model that plays the agent; undefined for its own. The model of a module is not known
 * before it is called.
 *
 * @throws {CommandError} if a key is missing, and no script may play.
 * @throws {ConfigFileError} listing the problems of the script.
 */
export async function choosePlayer(context: ModelContext): Promise<Player | undefined> {
  const { mode, project } = context;
  const config = await tryReadConfig(project);
  if (mode === "mock") return await readPlayer(context, config);
  const missing = config === undefined
    ? []
    : listMissingKeys(listModels(config), readProcessVariable);
  if (missing.length === 0) return undefined;
  const keys = `no ${missing.join(", no ")}`;
  if (!mayPlay(context)) throw makeKeyError(`Cannot call the model: ${keys}`);
  return await readPlayer(context, config, keys);
}

/** Returns true if a script may play because a key is missing. */
export function mayPlay({ mode, isTalk }: ModelContext): boolean {
  return mode === "auto" || mode === undefined && isTalk;
}

/** Creates the error of a missing key. */
export function makeKeyError(message: string, cause?: unknown): CommandError {
  return new CommandError(
    `${message}. Set it in the shell or in .env, or let a script play the model: --model auto`,
    { code: "API_KEY_MISSING", exitCode: EXIT.noAnswer, cause },
  );
}

/** Reads the script beside the agent; without one, an automatic model plays. */
export async function readPlayer(
  { project, onNote }: ModelContext,
  config: AgentConfig | undefined,
  reason?: string,
): Promise<Player> {
  const path = join(dirname(project.path), SCRIPT);
  const turns = existsSync(path) ? await readConversation(path, namesOf(config)) : [];
  const name = turns.length > 0 ? basename(path) : "an automatic model";
  return {
    llm: playConversation(turns, onNote),
    inputs: turns.flatMap(({ input }) => input === undefined ? [] : [input]),
    name: reason === undefined ? name : `${name}: ${reason}`,
  };
}

function namesOf(config: AgentConfig | undefined): AgentNames {
  if (config === undefined) return {};
  const { steps } = config;
  return {
    steps: new Set(steps.map(({ step_id }) => step_id)),
    tools: new Set(steps.flatMap(({ available_tools }) => available_tools)),
  };
}

/** Returns the content of an agent file; undefined if it has problems, which are reported later. */
async function tryReadConfig({ path, isModule }: Project): Promise<AgentConfig | undefined> {
  if (isModule) return undefined;
  try {
    return (await readConfig(path, { ignoreFlows: true })).config;
  } catch (error) {
    if (error instanceof ConfigFileError) return undefined;
    throw error;
  }
}
