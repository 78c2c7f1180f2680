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
import { type FunctionPlace, placeKey } from "./function_place.ts";
import { type CountedFunction, RecursionCounter } from "./recursive_calls.ts";
import { ScriptText } from "./script_text.ts";

/** Call count of one function. */
export interface FunctionCount {
  /** Function that was called. */
  readonly place: FunctionPlace;
  /** Number of calls. */
  readonly calls: number;
  /** Number of calls that are not recursive: the function was not on the stack already. */
  readonly primitiveCalls: number;
}

/** Maximum number of iterations in which recursive functions are looked for, which is slow. */
const SEARCHED = 2;

/**
 * Counts the calls of a run. Modules that were imported before are excluded.
 *
 * @param iterations Number of iterations to count.
 * @param load Imports the modules and warms them up. Returns a function that runs some iterations,
 *   which all make the same calls.
 */
export async function countCalls<Result>(
  iterations: number,
  load: () => Promise<(iterations: number) => Promise<Result>>,
): Promise<{ readonly result: Result; readonly counts: readonly FunctionCount[] }> {
  const session = new Session();
  session.connect();
  const own = new Set<string>();
  const addOwn = ({ params }: { readonly params: { readonly scriptId: string } }) => {
    own.add(params.scriptId);
  };
  session.on("Debugger.scriptParsed", addOwn);
  await session.post("Debugger.enable");
  session.off("Debugger.scriptParsed", addOwn);
  const takeCounts = makeReader(session, own);
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const run = await load();
  await takeCounts();
  const result = await run(iterations);
  const functions = await takeCounts();
  const searched = Math.min(iterations, SEARCHED);
  await run(searched);
  const candidates = await takeCounts();
  await session.post("Profiler.stopPreciseCoverage");

  const recursion = new RecursionCounter(session, functions);
  const found = await recursion.find(candidates, () => run(searched));
  const recursive = await recursion.count(found, () => run(iterations));
  session.disconnect();

  const counts = new Map<string, { place: FunctionPlace; calls: number; primitiveCalls: number }>();
  for (const { place, calls } of functions) {
    const count = counts.get(placeKey(place)) ?? { place, calls: 0, primitiveCalls: 0 };
    count.calls += calls;
    count.primitiveCalls += calls;
    counts.set(placeKey(place), count);
  }
  for (const { entered, recursive: calls } of recursive) {
    counts.get(placeKey(entered.place))!.primitiveCalls -= calls;
  }
  return { result, counts: [...counts.values()] };
}

/**
 * Returns a function that lists the functions called since the last time.
 *
 * @param excluded Ids of the scripts that are left out.
 */
function makeReader(
  session: Session,
  excluded: ReadonlySet<string>,
): () => Promise<CountedFunction[]> {
  const scripts = new Map<string, ScriptText>();
  const readScript = async (id: string, url: string): Promise<ScriptText> => {
    let script = scripts.get(id);
    if (script === undefined) {
      const { scriptSource } = await session.post("Debugger.getScriptSource", { scriptId: id });
      scripts.set(id, script = new ScriptText(id, url, scriptSource));
    }
    return script;
  };
  return async () => {
    const { result } = await session.post("Profiler.takePreciseCoverage");
    const listed: CountedFunction[] = [];
    for (const { url, scriptId, functions } of result) {
      if (!/^(?:file|https?):/.test(url) || excluded.has(scriptId)) continue;
      const script = await readScript(scriptId, url);
      for (const { functionName, ranges: [whole] } of functions) {
        if (whole === undefined || whole.count === 0) continue;
        const { startOffset: start, endOffset: end, count: calls } = whole;
        const [from, to] = [script.sourcePlace(start), script.sourcePlace(end)];
        const isModule = start === 0 && end >= script.text.length;
        const name = functionName || (isModule ? "(module)" : "(anonymous)");
        listed.push({ place: { name, url, line: from.line }, script, start, from, to, calls });
      }
    }
    return listed;
  };
}
