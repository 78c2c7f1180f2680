/**
 * Counts the calls of this process through V8's inspector. It needs `--allow-sys`,
 * and `--v8-flags=--jitless` to be exact: optimised code that was inlined passes
 * some counters by.
 *
 * @module
 */

import { Session } from "node:inspector/promises";
import { findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import {
  type FunctionCount,
  functionCounts,
  type Position,
  type ScriptCoverage,
} from "./call_counts.ts";

/** A column behind every other. */
const END_OF_LINE = 0xffff;

/** A running count. */
export interface CallCounter {
  /** Forgets what was counted so far. */
  reset(): Promise<void>;
  /** Ends the count and gives the functions that were called since {@linkcode reset}. */
  finish(): Promise<FunctionCount[]>;
}

/**
 * Begins to count. Only what is imported after this is counted.
 *
 * @param caller The module that calls this; it is left out.
 * @returns The counter.
 */
export async function startCounter(caller: string): Promise<CallCounter> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return {
    reset: async () => void await take(session),
    finish: async () => {
      const scripts = await take(session);
      await session.post("Debugger.enable");
      const counts: FunctionCount[] = [];
      for (const script of scripts) {
        const isCounted = /^(file|https?):/.test(script.url) &&
          script.url !== caller && script.url !== import.meta.url;
        if (!isCounted) continue;
        const { scriptSource } = await session.post("Debugger.getScriptSource", {
          scriptId: script.scriptId,
        });
        counts.push(...functionCounts(script, scriptSource, sourcePositions(script.url)));
      }
      session.disconnect();
      return counts;
    },
  };
}

async function take(session: Session): Promise<(ScriptCoverage & { scriptId: string })[]> {
  return (await session.post("Profiler.takePreciseCoverage")).result;
}

/** Positions in the source file, by the source map that Deno made when it loaded the module. */
function sourcePositions(url: string): (position: Position) => Position | undefined {
  const map = findSourceMap(url.startsWith("file:") ? fileURLToPath(url) : url);
  if (map === undefined) return (position) => position;
  return (position) => {
    // Code that the compiler added has no source: it belongs to the line before it.
    for (let { line, column } = position; line >= 0; line--, column = END_OF_LINE) {
      const entry = map.findEntry(line, column);
      if ("originalLine" in entry && entry.originalLine !== undefined) {
        return { line: entry.originalLine, column: entry.originalColumn };
      }
    }
    return undefined;
  };
}
