/**
 * Files of scripted conversations, `conversation.yaml`: a list of inputs of the user, each followed by
 * the decisions of the model.
 *
 * ```yaml
 * - user: What do you have?
 * - call: get_menu
 * - respond: Espresso and latte
 * - user: A latte, please
 * - move: order
 * - calls: [{ call: add_drink, args: { drink: latte } }]
 * - end: Here you are
 * ```
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import { list, object, optional, type Schema } from "../format/fields.ts";
import { Inspection } from "../text/inspection.ts";
import { ConfigFileError } from "../text/problem.ts";
import { readText } from "../text/files.ts";
import {
  type AgentNames,
  inspectEntry,
  type ScriptEntryConfig,
  scriptFields,
  toDecision,
} from "./script_entry.ts";
import { text } from "../format/values.ts";

/** Entry of a conversation: an input of the user, or a decision of the model. */
interface ConversationEntryConfig extends ScriptEntryConfig {
  /** Input of the user. */
  readonly user?: string;
}

/** Decision of a scripted conversation. */
export interface ScriptedDecision {
  readonly decision: Decision;
  /** File and line, for messages. */
  readonly place: string;
}

/** One input of a scripted conversation, and the decisions that follow it. */
export interface ScriptedTurn {
  /** Input of the user. Absent: the model speaks first. */
  readonly input?: string;
  /** Decisions of the model, in order. */
  readonly decisions: readonly ScriptedDecision[];
}

/** Schema of files of conversations. */
export const conversationFormat: Schema<readonly ConversationEntryConfig[]> = list(
  object<ConversationEntryConfig>({
    user: optional(text, "Input of the user; the decisions of the model follow"),
    ...scriptFields,
  }, true),
);

/**
 * Reads a scripted conversation. The first turn has no input if the file begins with a decision.
 *
 * @param names Names of the agent that plays it. Default: names of steps and tools are not checked.
 * @throws {ConfigFileError} listing every problem of the file.
 */
export async function readConversation(
  file: string | URL,
  names: AgentNames = {},
): Promise<readonly ScriptedTurn[]> {
  const { path, text } = await readText(file);
  const inspection = new Inspection(path, text, conversationFormat);
  const { config, problems, warnings, source } = inspection;
  if (!inspection.isWellFormed()) throw new ConfigFileError(problems, warnings);
  const turns: { input?: string; decisions: ScriptedDecision[] }[] = [];
  for (const [index, { user, ...entry }] of config.entries()) {
    if (user === undefined) {
      inspectEntry(inspection, [index], entry, names);
      const { line } = source.locate([index], { message: "" });
      if (turns.length === 0) turns.push({ decisions: [] });
      turns.at(-1)!.decisions.push({ decision: toDecision(entry), place: `${path}:${line}` });
      continue;
    }
    if (Object.keys(entry).length > 0) {
      const message = `user stands beside ${Object.keys(entry).join(" and ")}`;
      inspection.report([index], { message, expected: "an entry for each" });
    }
    turns.push({ input: user, decisions: [] });
  }
  if (config.length === 0) {
    inspection.report([], { message: "it is empty", expected: 'entries such as "user: Hello"' });
  }
  if (problems.length > 0) throw new ConfigFileError(problems, warnings);
  return turns;
}
