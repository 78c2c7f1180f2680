/**
 * `nomos profile`: shows where time, tokens and money of a turn go, and compares them with an earlier
 * run.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { genaiPrices } from "../../prices/genai_prices.ts";
import { formatBase } from "../../profile/compare/profile_base.ts";
import type { CountCalls } from "../../profile/functions/call_counts.ts";
import { formatFunctionTable, functionTableData } from "../../profile/functions/function_table.ts";
import type { FunctionProfile } from "../../profile/functions/profile_functions.ts";
import {
  type AgentProfile,
  compareWithBase,
  type Comparison,
  formatComparison,
  formatProfile,
  profileAgent,
  takeBase,
} from "../../profile/mod.ts";
import { CommandError, EXIT } from "../exit_code.ts";
import type { AgentCall } from "../flags.ts";
import { type PlayedAgent, withPlayedAgent } from "../profile/played_agent.ts";
import { countPlays, samplePlays } from "../profile/played_functions.ts";
import { listOutputs, readBaseFile, urlOfFolder, writeOutputs } from "../profile/profile_files.ts";
import { makeUsageError, readProfileFlags } from "../profile/profile_flags.ts";
import { profileSession } from "../profile/profile_session.ts";
import { formatWord } from "../terminal/format.ts";
import { shown } from "../terminal/shown.ts";
import { checkWritable, writeFile } from "../write_file.ts";

/** Functions that the table shows. */
const VIEW = { sort: "self", filter: "", top: 30, beyond: "the others" } as const;

/** Runs the command. */
export async function run(call: AgentCall<"profile">): Promise<number> {
  const { options, output, positionals } = call;
  const flags = readProfileFlags(options, positionals);
  const { by, markdown, output: stem, save, against, session } = options;
  if (session !== undefined) return await profileSession(call, session, flags.turn);
  if (call.countCalls !== undefined) return await countFunctions(call, call.countCalls);
  const base = against === undefined ? undefined : readBaseFile(against);
  const written = [
    ...save === undefined ? [] : [save],
    ...stem === undefined ? [] : listOutputs(stem, options.functions),
  ];
  checkWritable(written);
  // Saving again keeps the allowances of the file.
  const saved = save !== undefined && existsSync(save) ? readBaseFile(save).allow : {};
  const { profile, functions } = await play(call, flags.latency);
  const comparison = base && compareWithBase(profile, base, flags.allow);
  const { turn } = flags;
  const tables = formatProfile(profile, { by, markdown, ...turn !== undefined && { turn } });
  if (save !== undefined) {
    writeFile(save, formatBase(takeBase(profile, { ...saved, ...flags.allow })));
  }
  const { root } = call.project;
  if (stem !== undefined) writeOutputs(stem, profile, functions, root);
  if (written.length > 0) output.note(shown(`Wrote ${written.map(formatWord).join(", ")}`));
  const exitCode = exitCodeOf(comparison);
  const uncounted = call.counted?.missing;
  if (output.json) {
    output.document({
      ok: exitCode === EXIT.yes,
      ...profile,
      ...comparison && { comparison },
      ...functions && {
        functions: functionTableData(functions.rows, VIEW, urlOfFolder(root)).rows,
        ...uncounted !== undefined && { uncounted },
      },
    });
    return exitCode;
  }
  const texts = [
    ...comparison === undefined ? [] : [formatComparison(comparison, { markdown })],
    // A comment has the comparison alone.
    ...comparison !== undefined && markdown ? [] : [tables],
    ...functions === undefined ? [] : [formatFunctions(functions, root, markdown, uncounted)],
  ];
  output.write(shown(texts.join("\n")));
  return exitCode;
}

/** Prints the call counts for the process that samples. */
async function countFunctions(
  call: AgentCall<"profile">,
  countCalls: CountCalls,
): Promise<number> {
  const { output, options: { iterations } } = call;
  const count = (played: PlayedAgent) => countPlays(played, iterations, countCalls);
  const counts = await withPlayedAgent(call, count);
  output.document({ ok: true, counts });
  return EXIT.yes;
}

/** Plays the agent of the command. */
function play(
  call: AgentCall<"profile">,
  latency: ReturnType<typeof readProfileFlags>["latency"],
): Promise<{ readonly profile: AgentProfile; readonly functions: FunctionProfile | undefined }> {
  const { options: { model, iterations, save, against, functions: samples }, output, counted } =
    call;
  return withPlayedAgent(call, async (played) => {
    const { agent, script, options } = played;
    if (script === undefined && (save ?? against) !== undefined) {
      throw makeScriptError(save !== undefined);
    }
    const turns = script === undefined ? "" : ` of ${script.length}`;
    const profile = await profileAgent(agent, script, {
      ...options,
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
    return { profile, functions: await samplePlays(played, iterations, counted?.counts) };
  });
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

function formatFunctions(
  { rows }: FunctionProfile,
  root: string,
  markdown: boolean,
  uncounted: string | undefined,
): string {
  const table = `${formatFunctionTable(rows, VIEW, urlOfFolder(root), uncounted)}\n`;
  return markdown ? `\`\`\`\`text\n${table}\`\`\`\`\n` : table;
}
