/**
 * `deno task bench:prompt-cache`: measures the part of a conversation that a prompt cache serves.
 * Needs no permission, and returns the same result in every run.
 *
 * @module
 */
import { computeCacheReport, formatReport } from "../bench/prompt_cache/cache_report.ts";
import { playConversation } from "../bench/prompt_cache/conversation.ts";
import { type FlagValues, makeMistake, readFlags } from "../src/profile/command_line.ts";
import { type CommandResult, runCommand, toJson } from "./command.ts";

const FLAGS = { goal: 90, json: false };

type PromptCacheOptions = FlagValues<typeof FLAGS>;

const USAGE = `Plays a conversation of 30 turns through 6 steps, and prints the part of each request
that a prompt cache serves. Exits with 1 if the total is below the goal.

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
  const output = json ? toJson(report) : formatReport(report);
  return { output, success: report.isKept };
}

function check({ goal }: PromptCacheOptions) {
  return goal > 100 ? makeMistake(`${goal}`, "a whole number from 1 to 100", "--goal") : undefined;
}
