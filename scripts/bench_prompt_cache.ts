/**
 * `deno task bench:prompt-cache`: how much of a conversation's prompts a vendor's
 * cache would serve. It needs no permission and gives the same in every run.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { cacheReport, formatReport } from "../bench/prompt_cache/cache_report.ts";
import { playConversation } from "../bench/prompt_cache/play_conversation.ts";
import { type Command, earlyAnswer, mistake, positive } from "../src/profile/command_line.ts";
import { type CommandResult, runCommand } from "./command.ts";

/** The settings of one command. */
interface PromptCacheOptions {
  /** In per cent. */
  readonly goal: number;
  readonly json: boolean;
}

const USAGE = `Plays a conversation of 30 turns through 6 steps, and prints how much of each request
a cache of prompts would serve. Ends with code 1 if that is less than the goal.

Usage: deno task bench:prompt-cache [flags]

      --goal NUMBER  the least part of all characters, in per cent (90)
      --json         print JSON
  -h, --help         print this
`;

if (import.meta.main) Deno.exit(await runCommand(parseOptions(Deno.args), USAGE, run));

async function run({ goal, json }: PromptCacheOptions): Promise<CommandResult> {
  const { requests } = await playConversation();
  const report = cacheReport(requests, goal / 100);
  const output = json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report);
  return { output, success: report.isKept };
}

function parseOptions(args: readonly string[]): Command<PromptCacheOptions> {
  const early = earlyAnswer();
  const flags = parseArgs([...args], {
    alias: { h: "help" },
    boolean: ["json", "help"],
    string: ["goal"],
    default: { goal: "90" },
    unknown: early.unknown,
  });
  const answer = early.answer(flags);
  if (answer !== undefined) return answer;
  const goal = positive(flags.goal);
  if (goal === undefined || goal > 100) {
    return mistake(flags.goal, "a whole number from 1 to 100", "--goal");
  }
  return { kind: "run", options: { goal, json: flags.json } };
}
