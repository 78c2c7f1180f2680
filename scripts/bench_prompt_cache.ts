/**
 * `deno task bench:prompt-cache`: measures the part of a conversation that a prompt cache serves.
 * Needs no permission, and returns the same result in every run.
 *
 * @module
 */
import { computeBoundedReport, formatBoundedReport } from "../bench/prompt_cache/bounded_report.ts";
import { computeCacheReport, formatReport } from "../bench/prompt_cache/cache_report.ts";
import { playConversation } from "../bench/prompt_cache/conversation.ts";
import { type FlagValues, makeMistake, readFlags } from "../src/cli/command_line.ts";
import { type CommandResult, runCommand, toJson } from "./command.ts";

const FLAGS = { goal: 90, json: false };

type PromptCacheOptions = FlagValues<typeof FLAGS>;

/** Number of turns of the conversation with summaries. */
const BOUNDED_TURNS = 300;
/** Maximum size of its requests, in tokens. */
const BOUND = 6_000;
/** Minimum share of it that a cache serves: each summary changes the beginning of a prompt. */
const BOUNDED_GOAL = 0.88;

const USAGE = `Plays a conversation of 30 turns through 6 steps, and prints the part of each request
that a prompt cache serves; then one of 300 turns, whose history is bounded by summaries. Exits with
1 if a total is below its goal, or a request exceeds the bound.

Usage: deno task bench:prompt-cache [flags]

      --goal NUMBER  minimum share of all characters, in per cent (90)
      --json         print JSON
  -h, --help         print this help
`;

if (import.meta.main) {
  Deno.exit(await runCommand(readFlags(Deno.args, FLAGS, { check }), USAGE, run));
}

async function run({ goal, json }: PromptCacheOptions): Promise<CommandResult> {
  const { requests } = await playConversation();
  const report = await computeCacheReport(requests, goal / 100);
  const long = await playConversation(BOUNDED_TURNS, { maxTokens: BOUND });
  const bounded = computeBoundedReport(long.requests, BOUND, BOUNDED_GOAL);
  const output = json
    ? toJson({ ...report, bounded })
    : `${formatReport(report)}\n${formatBoundedReport(bounded)}`;
  return { output, success: report.isKept && bounded.isKept };
}

function check({ goal }: PromptCacheOptions) {
  return goal > 100 ? makeMistake(`${goal}`, "a whole number from 1 to 100", "--goal") : undefined;
}
