/**
 * `deno task bench:prompt-cache`: how much of a conversation's prompts a vendor's
 * cache would serve. It needs no permission and gives the same in every run.
 *
 * @module
 */
import { cacheReport, formatReport } from "../bench/prompt_cache/cache_report.ts";
import { playConversation } from "../bench/prompt_cache/conversation.ts";
import { type Command, type FlagValues, makeMistake, readFlags } from "../src/profile/command_line.ts";
import { type CommandResult, runCommand, toJson } from "./command.ts";

const FLAGS = { goal: 90, json: false };

type PromptCacheOptions = FlagValues<typeof FLAGS>;

const USAGE = `Plays a conversation of 30 turns through 6 steps, and prints how much of each request
a cache of prompts would serve. Ends with code 1 if that is less than the goal.

Usage: deno task bench:prompt-cache [flags]

      --goal NUMBER  the least part of all characters, in per cent (90)
      --json         print JSON
  -h, --help         print this
`;

if (import.meta.main) {
  Deno.exit(await runCommand(readFlags(Deno.args, FLAGS, { check }), USAGE, run));
}

async function run({ goal, json }: PromptCacheOptions): Promise<CommandResult> {
  const { requests } = await playConversation();
  const report = cacheReport(requests, goal / 100);
  const output = json ? toJson(report) : formatReport(report);
  return { output, success: report.isKept };
}

function check({ goal }: PromptCacheOptions): Command<never> | undefined {
  return goal <= 100 ? undefined : makeMistake(String(goal), "a whole number from 1 to 100", "--goal");
}
