/**
 * `nomos profile`: shows where time, tokens and money of a turn go, and compares them with an earlier run.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { readConversation } from "../../config/conversation/conversation.ts";
import { ConfigFileError, formatProblem } from "../../config/text/problem.ts";
import { MockLLM } from "../../llm/mock_llm.ts";
import { genaiPrices } from "../../prices/genai_prices.ts";
import { formatFunctionTable, functionTableData } from "../../profile/functions/function_table.ts";
import {
  type FunctionProfile,
  profileFunctions,
} from "../../profile/functions/profile_functions.ts";
import {
  type AgentProfile,
  benchAgent,
  compareWithBase,
  type Comparison,
  type ConversationScript,
  formatBase,
  formatComparison,
  formatProfile,
  profileAgent,
  readBase,
  takeBase,
} from "../../profile/mod.ts";
import { CommandError, EXIT } from "../exit_code.ts";
import type { AgentCall } from "../flags.ts";
import { openAgent, type OpenAgentOptions, type OpenedAgent } from "../host/open_agent.ts";
import { locateScript } from "../profile/needs.ts";
import {
  checkWritable,
  listOutputs,
  readText,
  urlOfFolder,
  writeOutputs,
  writeText,
} from "../profile/profile_files.ts";
import { makeUsageError, readProfileFlags } from "../profile/profile_flags.ts";
import { profileSession } from "../profile/profile_session.ts";
import { shown } from "../terminal/shown.ts";

/** Functions that the table shows. */
const VIEW = { sort: "self", filter: "", top: 30, beyond: "the others" } as const;

/** Runs the command. */
export async function run(call: AgentCall<"profile">): Promise<number> {
  const { options, output, positionals } = call;
  const flags = readProfileFlags(options, positionals);
  const { by, markdown, output: stem, save, against, session } = options;
  if (session !== undefined) return await profileSession(call, session, flags.turn);
  const base = against === undefined ? undefined : readBase(readText(against));
  checkWritable([
    ...save === undefined ? [] : [save],
    ...stem === undefined ? [] : listOutputs(stem, options.functions),
  ]);
  // Saving again keeps the allowances of the file.
  const saved = save !== undefined && existsSync(save) ? readBase(readText(save)).allow : {};
  const { profile, functions } = await play(call, flags.latency);
  const comparison = base && compareWithBase(profile, base, flags.allow);
  const { turn } = flags;
  const tables = formatProfile(profile, { by, markdown, ...turn !== undefined && { turn } });
  if (save !== undefined) {
    writeText(save, formatBase(takeBase(profile, { ...saved, ...flags.allow })));
  }
  const { root } = call.project;
  if (stem !== undefined) writeOutputs(stem, profile, functions, root);
  const exitCode = exitCodeOf(comparison);
  if (output.json) {
    output.document({
      ok: exitCode === EXIT.yes,
      ...profile,
      ...comparison && { comparison },
      ...functions &&
        { functions: functionTableData(functions.rows, VIEW, urlOfFolder(root)).rows },
    });
    return exitCode;
  }
  const texts = [
    ...comparison === undefined ? [] : [formatComparison(comparison, { markdown })],
    // A comment has the comparison alone.
    ...comparison !== undefined && markdown ? [] : [tables],
    ...functions === undefined ? [] : [formatFunctions(functions, root, markdown)],
  ];
  output.write(shown(texts.join("\n")));
  return exitCode;
}

/** Plays the agent of the command. */
async function play(
  call: AgentCall<"profile">,
  latency: ReturnType<typeof readProfileFlags>["latency"],
): Promise<{ readonly profile: AgentProfile; readonly functions: FunctionProfile | undefined }> {
  const { options: { model, iterations, save, against, functions: samples }, output } = call;
  const onNote = (text: string) => output.note(output.paint("grey", shown(text), 2));
  const opened = await open(call, onNote);
  try {
    const { agent } = opened;
    const script = await readScript(call, opened);
    if (script === undefined && (save ?? against) !== undefined) {
      throw makeScriptError(save !== undefined);
    }
    const context = async ({ sessionId }: { readonly sessionId: string }) =>
      (await opened.openContext(sessionId)).context;
    const turns = script === undefined ? "" : ` of ${script.length}`;
    const profile = await profileAgent(agent, script, {
      context,
      model,
      latency,
      iterations,
      cost: genaiPrices(),
      onTurn: ({ play, turn }) => {
        const what = play === 0 ? "warming up" : `play ${play} of ${iterations}`;
        output.progress(`${what}, turn ${turn}${turns}`);
      },
    });
    if (!samples) return { profile, functions: undefined };
    output.progress("sampling functions");
    const playOnce = benchAgent(agent, script, { context });
    await playOnce();
    const functions = await profileFunctions(async () => {
      for (let run = 0; run < iterations; run++) await playOnce();
    }, { runs: iterations });
    return { profile, functions };
  } finally {
    output.progress("");
    await opened.close();
  }
}

/** Opens the agent with its own models, whose names and prices the profile has. */
async function open(
  { project, options: { model } }: AgentCall<"profile">,
  onNote: (text: string) => void,
): Promise<OpenedAgent> {
  const options: OpenAgentOptions = {
    ignoreFlows: true,
    onWarning: (warning) => onNote(formatProblem(warning)),
    onNote,
  };
  try {
    return await openAgent(project, options);
  } catch (error) {
    if (model === "real" || !(error instanceof ConfigFileError)) throw error;
    // A mock plays an agent whose keys are not there.
    const opened = await openAgent(project, { ...options, player: new MockLLM() });
    onNote("The models of the agent cannot be created here, so its tokens have no price.");
    return opened;
  }
}

/** Reads the script that the user named, or the one beside the agent; undefined if there is none. */
async function readScript(
  { options: { script }, project }: AgentCall<"profile">,
  { file }: OpenedAgent,
): Promise<ConversationScript | undefined> {
  const path = script ?? locateScript(project);
  if (script === undefined && !existsSync(path)) return undefined;
  const { steps = [] } = file?.config ?? {};
  const names = file === undefined ? {} : {
    steps: steps.map(({ step_id }) => step_id),
    tools: steps.flatMap(({ available_tools }) => available_tools),
  };
  const turns = await readConversation(path, names);
  return turns.map(({ input, decisions }) => ({
    ...input !== undefined && { input },
    decisions: decisions.map(({ decision }) => decision),
  }));
}

function makeScriptError(isSaving: boolean): CommandError {
  const error = makeUsageError(
    isSaving ? "--save" : "--against",
    "a script with inputs and decisions, conversation.yaml or --script FILE: without one, a new " +
      "route or tool changes all counts",
  );
  return isSaving ? error : new CommandError(error.message, { exitCode: EXIT.noAnswer });
}

function exitCodeOf(comparison: Comparison | undefined): number {
  switch (comparison?.verdict) {
    case "worse":
      return EXIT.no;
    case "another script":
      return EXIT.noAnswer;
    default:
      return EXIT.yes;
  }
}

function formatFunctions({ rows }: FunctionProfile, root: string, markdown: boolean): string {
  const table = `${formatFunctionTable(rows, VIEW, urlOfFolder(root))}\n`;
  return markdown ? `\`\`\`\`text\n${table}\`\`\`\`\n` : table;
}
