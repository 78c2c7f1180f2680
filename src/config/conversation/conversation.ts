/**
 * Files of scripted conversations, `conversation.yaml`: a list of inputs of the user, each followed by
 * the decisions of the model, and by verdicts about their calls.
 *
 * ```yaml
 * - user: What do you have?
 * - call: get_menu
 * - respond: Espresso and latte
 * - user: A latte, please
 * - move: order
 * - calls: [{ call: add_drink, args: { drink: latte } }]
 * - respond: Here you are
 * - user: It is cold. My money back!
 * - { call: refund, args: { cents: 5000 } }
 * - { deny: refund, reason: Offer a new one }
 * - end: I make you a new one
 * ```
 *
 * @module
 */
import {
  type ConversationScript,
  type ScriptVerdict,
  setPlace,
  type TurnEntry,
} from "../../profile/play/script.ts";
import { Inspection } from "../check/inspection.ts";
import { list, map, object, optional, type Schema } from "../format/fields.ts";
import { anything, label, text } from "../format/values.ts";
import { readText } from "../text/files.ts";
import { ConfigFileError } from "../text/problem.ts";
import {
  type AgentNames,
  CONVERSATION_KEYS,
  type ConversationEntryConfig,
  inspectEntry,
  scriptFields,
  toDecision,
} from "./script_entry.ts";

/** Schema of files of conversations. */
export const conversationFormat: Schema<readonly ConversationEntryConfig[]> = list(
  object<ConversationEntryConfig>({
    user: optional(text, "Input of the user; the decisions of the model follow"),
    ...scriptFields,
    approve: optional(label, "Tool whose waiting call is allowed; follows the decision"),
    deny: optional(label, "Tool whose waiting call is denied; follows the decision"),
    reason: optional(label, "Reason for the model, beside deny"),
    args: optional(map(anything), "Arguments, beside call or approve"),
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
): Promise<ConversationScript> {
  const { path, text } = await readText(file);
  const inspection = new Inspection(path, text, conversationFormat);
  const { config, problems, warnings, source } = inspection;
  if (!inspection.isWellFormed()) throw new ConfigFileError(problems, warnings);
  const turns: { input?: string; decisions: TurnEntry[] }[] = [];
  for (const [index, entry] of config.entries()) {
    inspectEntry(inspection, [index], entry, names, CONVERSATION_KEYS);
    const { user: input } = entry;
    if (input !== undefined || turns.length === 0) {
      turns.push({ ...input !== undefined && { input }, decisions: [] });
    }
    if (input !== undefined) continue;
    const played = toVerdict(entry) ?? toDecision(entry);
    setPlace(played, `${path}:${source.locate([index], { message: "" }).line}`);
    turns.at(-1)!.decisions.push(played);
  }
  if (config.length === 0) {
    inspection.report([], { message: "it is empty", expected: 'entries such as "user: Hello"' });
  }
  if (problems.length > 0) throw new ConfigFileError(problems, warnings);
  return turns;
}

/** Returns the verdict of a valid entry; undefined if it is a decision. */
function toVerdict(
  { approve, deny, args, reason }: ConversationEntryConfig,
): ScriptVerdict | undefined {
  if (approve !== undefined) return { approve, ...args !== undefined && { args } };
  if (deny !== undefined) return { deny, ...reason !== undefined && { reason } };
  return undefined;
}
