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
import { isModuleUrl, ScriptText } from "./script_text.ts";

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
 * Counts the calls that `run` makes in some iterations. It is called several times, first to find
 * the recursive functions, and counted in the last.
 */
export type CountCalls = <Result>(
  iterations: number,
  run: (iterations: number) => Promise<Result>,
) => Promise<{ readonly result: Result; readonly counts: readonly FunctionCount[] }>;

/**
 * Starts to count calls. Modules that were imported before are excluded. Others should be warmed
 * up before the returned function is called, which may be done once.
 */
export async function startCounting(): Promise<CountCalls> {
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
  return async (iterations, run) => {
    const searched = Math.min(iterations, SEARCHED);
    await takeCounts();
    await run(searched);
    const candidates = await takeCounts();
    const recursion = new RecursionCounter(session, candidates);
    const found = await recursion.find(candidates, () => run(searched));
    const { result: { result, functions }, counts: recursive } = await recursion.count(
      found,
      async () => {
        await takeCounts();
        const result = await run(iterations);
        return { result, functions: await takeCounts() };
      },
    );
    session.disconnect();

    const counts = new Map<
      string,
      { -readonly [Key in keyof FunctionCount]: FunctionCount[Key] }
    >();
    for (const { place, calls } of functions) {
      const count = counts.get(placeKey(place)) ?? { place, calls: 0, primitiveCalls: 0 };
      count.calls += calls;
      count.primitiveCalls += calls;
      counts.set(placeKey(place), count);
    }
    for (const { entered, recursive: calls } of recursive) {
      const count = counts.get(placeKey(entered.place));
      if (count !== undefined) count.primitiveCalls -= calls;
    }
    return { result, counts: [...counts.values()] };
  };
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
      if (!isModuleUrl(url) || excluded.has(scriptId)) continue;
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
