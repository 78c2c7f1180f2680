/**
 * CPU profile of a part of the running program.
 *
 * @module
 */

import { Session } from "node:inspector/promises";
import type { FunctionCount } from "./call_counts.ts";
import { buildCallTree, type CallTree, computeFunctionTimes, totalTime } from "./call_tree.ts";
import type { CallFrame, CpuProfile } from "./cpu_profile.ts";
import { type FunctionRow, joinRows } from "./function_rows.ts";
import { isModuleUrl, SourcePlaces } from "./script_text.ts";

/** Options of {@linkcode profileFunctions}. */
export interface FunctionProfileOptions {
  /** Number of runs of `play`, by which the times of the rows are divided. `@default {1}` */
  readonly runs?: number;
  /** Call counts of one run. Default: the rows have times alone. */
  readonly counts?: readonly FunctionCount[];
  /** Time between two samples, in microseconds. `@default {100}` */
  readonly interval?: number;
}

/** Functions that a part of the program ran. Times are in microseconds. */
export interface FunctionProfile {
  /** CPU profile, with positions in the sources. */
  readonly profile: CpuProfile;
  /** Root of the call tree, without the time in which nothing ran, and without the profiler. */
  readonly tree: CallTree;
  /** Total time of the call tree. */
  readonly sampled: number;
  /** Functions, with the mean times of one run. */
  readonly rows: readonly FunctionRow[];
}

/**
 * Samples the functions of this process while `play` runs. The result is the input of
 * `formatFunctionTable()`, `makeFunctionFrames()` and `withRelativeFiles()`. Needs `--allow-sys`
 * without a name, because Deno 2.9 has none for its inspector.
 *
 * @throws The error of `play`.
 */
export async function profileFunctions(
  play: () => Promise<unknown>,
  { runs = 1, counts, interval = 100 }: FunctionProfileOptions = {},
): Promise<FunctionProfile> {
  const profile = await sample(play, interval);
  const tree = prune(buildCallTree(profile).tree);
  const rows = joinRows(computeFunctionTimes(tree), counts, runs);
  return { profile, tree, sampled: totalTime(tree), rows };
}

/** Removes the time in which nothing ran, and that of the profiler itself. */
function prune(node: CallTree): CallTree {
  const children = node.children.filter(({ frame }) =>
    frame.functionName !== "(idle)" && frame.url !== "ext:deno_node/inspector.js"
  );
  return { ...node, children: children.map(prune) };
}

/** Samples this process while `play` runs. */
async function sample(play: () => Promise<unknown>, interval: number): Promise<CpuProfile> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval });
    await session.post("Profiler.start");
    await play();
    const { profile } = await session.post("Profiler.stop");
    const { samples = [], timeDeltas: [untilFirst = 0, ...timeDeltas] = [], nodes } = profile;
    const findSource = makeSourceFinder();
    return {
      ...profile,
      samples,
      // V8 prepares itself before the first sample.
      startTime: profile.startTime + untilFirst,
      timeDeltas: samples.length > 0 ? [0, ...timeDeltas] : [],
      // V8 counts ticks by lines of the code that it runs, not by those of the source.
      nodes: nodes.map(({ positionTicks: _, children = [], ...node }) => {
        return { ...node, children, callFrame: findSource(node.callFrame) };
      }),
    };
  } finally {
    session.disconnect();
  }
}

/** Returns a function that moves a call frame to its position in the source. */
function makeSourceFinder(): <Sampled extends CallFrame>(frame: Sampled) => Sampled {
  const sources = new Map<string, SourcePlaces>();
  return (frame) => {
    const { url, lineNumber, columnNumber } = frame;
    // Only these have a source map, and V8 knows no position of what it adds itself.
    if (!isModuleUrl(url) || lineNumber < 0) return frame;
    const source = sources.get(url) ?? new SourcePlaces(url);
    sources.set(url, source);
    const { line, column } = source.find({ line: lineNumber + 1, column: columnNumber + 1 });
    return { ...frame, lineNumber: line - 1, columnNumber: column - 1 };
  };
}
