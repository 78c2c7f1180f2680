/**
 * Functions that an agent calls while it plays: one process samples their times, another one counts
 * their calls, because counts are exact only in code that is not compiled.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import type { CountCalls, FunctionCount } from "../../profile/functions/call_counts.ts";
import {
  type FunctionProfile,
  profileFunctions,
} from "../../profile/functions/profile_functions.ts";
import { benchAgent } from "../../profile/mod.ts";
import type { PlayedAgent } from "./played_agent.ts";

/**
 * Samples the functions of some plays.
 *
 * @param counts Calls that {@linkcode countPlays} counted. Default: the rows have no calls.
 */
export async function samplePlays(
  played: PlayedAgent,
  plays: number,
  counts?: string,
): Promise<FunctionProfile> {
  const play = await warmUp(played);
  return await profileFunctions(() => play(plays), {
    runs: plays,
    ...counts !== undefined && { counts: unpack(counts) },
  });
}

/**
 * Counts the calls of some plays.
 *
 * @returns The mean counts of one play, packed for an argument of a process.
 */
export async function countPlays(
  agent: PlayedAgent,
  plays: number,
  countCalls: CountCalls,
): Promise<string> {
  const { counts } = await countCalls(plays, await warmUp(agent));
  // The loop that repeats the plays is not part of one.
  const played = counts.filter(({ place }) => place.url !== import.meta.url);
  return pack(played.map(({ place, calls, primitiveCalls }) => ({
    place,
    calls: calls / plays,
    primitiveCalls: primitiveCalls / plays,
  })));
}

/** Plays the agent once. Returns a function that plays it some times. */
async function warmUp({ agent, script, options }: PlayedAgent) {
  const playOnce = benchAgent(agent, script, options);
  await playOnce();
  return async (plays: number) => {
    for (let play = 0; play < plays; play++) await playOnce();
  };
}

function pack(counts: readonly FunctionCount[]): string {
  return gzipSync(JSON.stringify(counts)).toString("base64");
}

function unpack(packed: string): readonly FunctionCount[] {
  return JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString());
}
