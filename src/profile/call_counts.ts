/**
 * Exact call counts, from V8's block coverage: the number of entries into each function, at its
 * line of the TypeScript file.
 *
 * The counter of a function is at its entry, so an async function counts once per call,
 * however often it is resumed. Counts are exact only with `--v8-flags=--jitless`, because
 * inlined code skips some counters. Needs `--allow-sys`.
 *
 * @module
 */

import { Session } from "node:inspector/promises";
import { findSourceMap, type SourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import { type FunctionPlace, placeKey } from "./function_place.ts";

/** Call count of one function. */
export interface FunctionCount {
  /** Function that was called. */
  readonly place: FunctionPlace;
  /** Number of calls. */
  readonly calls: number;
}

/** Running counter of function calls. */
interface CallCounter {
  /** Sets all counts to 0. */
  reset(): Promise<void>;
  /** Stops counting, and returns the functions that were called since {@linkcode reset}. */
  finish(): Promise<FunctionCount[]>;
}

/** Column number beyond the end of any line. */
const END_OF_LINE = 0xffff;

/**
 * Starts counting calls in modules that are imported from now on.
 *
 * @param caller URL of the calling module, which is excluded.
 */
export async function startCounter(caller: string): Promise<CallCounter> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return {
    reset: async () => void await session.post("Profiler.takePreciseCoverage"),
    finish: async () => {
      const { result } = await session.post("Profiler.takePreciseCoverage");
      await session.post("Debugger.enable");
      const counts = new Map<string, FunctionCount>();
      for (const { url, scriptId, functions } of result) {
        if (!/^(?:file|https?):/.test(url) || [caller, import.meta.url].includes(url)) continue;
        const { scriptSource } = await session.post("Debugger.getScriptSource", { scriptId });
        const map = findSourceMap(url.startsWith("file:") ? fileURLToPath(url) : url);
        for (const { functionName, ranges: [whole] } of functions) {
          if (whole === undefined || whole.count === 0) continue;
          const { startOffset, endOffset, count } = whole;
          const isModule = startOffset === 0 && endOffset >= scriptSource.length;
          const name = functionName || (isModule ? "(module)" : "(anonymous)");
          const place = { name, url, line: lineAt(scriptSource, startOffset, map) };
          const calls = count + (counts.get(placeKey(place))?.calls ?? 0);
          counts.set(placeKey(place), { place, calls });
        }
      }
      session.disconnect();
      return [...counts.values()];
    },
  };
}

/**
 * Returns the line of an offset in the TypeScript source, from 1, by Deno's source map of
 * the module.
 */
function lineAt(text: string, offset: number, map: SourceMap | undefined): number {
  const before = text.slice(0, offset).split("\n");
  // Code that the compiler added has no source line, so it is assigned to the line before it.
  for (let line = before.length - 1, column = before.at(-1)!.length; line >= 0; line--) {
    const entry = map?.findEntry(line, column);
    if (entry && "originalLine" in entry && entry.originalLine !== undefined) {
      return entry.originalLine + 1;
    }
    column = END_OF_LINE;
  }
  return before.length;
}
