/**
 * Counts of recursive calls, by breakpoints that never stop: their condition is evaluated at the
 * entry of a function, looks at the stack, and is false.
 *
 * @module
 */
import type { Session } from "node:inspector/promises";
import type { FunctionPlace } from "./function_place.ts";
import { isOrdered, type ScriptText, type TextPlace } from "./script_text.ts";

/** Function of a script that was called. */
export interface CountedFunction {
  /** Identity of the function. */
  readonly place: FunctionPlace;
  /** Script that has the function. */
  readonly script: ScriptText;
  /** Offset at which the function begins in the script. */
  readonly start: number;
  /** Position at which the function begins in the source. */
  readonly from: TextPlace;
  /** Position at which the function ends in the source. */
  readonly to: TextPlace;
  /** Number of calls. */
  readonly calls: number;
}

/** Function with a breakpoint at its entry. */
interface WatchedFunction {
  /** Function with the breakpoint. */
  readonly entered: CountedFunction;
  /** Index of the breakpoint in the possible ones of the function. */
  readonly at: number;
  /** Number of times that it was reached. */
  readonly hits: number;
  /** Number of times that it was reached while the function was on the stack already. */
  readonly recursive: number;
}

/** Name of the global function that the conditions call. */
const CONDITION = "nomosFunctionEntered";

/**
 * Maximum number of breakpoints of a function among which its entry is looked for. Each takes a run,
 * and where runs differ, none of them is reached once per call.
 */
const SEARCHED = 16;

/** Counter of recursive calls. */
export class RecursionCounter {
  readonly #session: Session;
  readonly #functions: ReadonlyMap<string, readonly CountedFunction[]>;
  readonly #innermost = new Map<string, CountedFunction | undefined>();

  /**
   * Creates a counter.
   *
   * @param session Session of the inspector, with the debugger enabled.
   * @param functions All functions that can be on the stack.
   */
  constructor(session: Session, functions: readonly CountedFunction[]) {
    this.#session = session;
    this.#functions = Map.groupBy(functions, ({ place }) => place.url);
  }

  /**
   * Finds the functions that call themselves, directly or through others.
   *
   * @param candidates Functions that a run calls, with the number of its calls.
   */
  async find(
    candidates: readonly CountedFunction[],
    run: () => Promise<unknown>,
  ): Promise<WatchedFunction[]> {
    const found: WatchedFunction[] = [];
    for (let pending = candidates, at = 0; pending.length > 0 && at < SEARCHED; at++) {
      const { counts: watched } = await this.count(
        pending.map((entered) => ({ entered, at })),
        run,
      );
      // A breakpoint that is not reached once per call is in a loop or a branch.
      const isEntry = ({ hits, entered }: WatchedFunction) => hits === entered.calls;
      found.push(...watched.filter((one) => isEntry(one) && one.recursive > 0));
      pending = watched.filter((one) => !isEntry(one)).map(({ entered }) => entered);
    }
    return found;
  }

  /** Counts the recursive calls in a run. Leaves out functions without such a breakpoint. */
  async count<Result>(
    watched: readonly Pick<WatchedFunction, "entered" | "at">[],
    run: () => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly counts: readonly WatchedFunction[] }> {
    const counts = watched.map((one) => ({ ...one, hits: 0, recursive: 0 }));
    const onEntry = (index: number): boolean => {
      const count = counts[index]!;
      count.hits++;
      if (this.#isOnStack(count.entered)) count.recursive++;
      return false;
    };
    Object.assign(globalThis, { [CONDITION]: onEntry });
    const breakpoints: string[] = [];
    const missing = new Set<number>();
    for (const [index, { entered, at }] of watched.entries()) {
      const location = await this.#locate(entered, at);
      if (location === undefined) {
        missing.add(index);
        continue;
      }
      const condition = `${CONDITION}(${index})`;
      const set = await this.#session.post("Debugger.setBreakpoint", { location, condition });
      breakpoints.push(set.breakpointId);
    }
    const result = await run();
    for (const breakpointId of breakpoints) {
      await this.#session.post("Debugger.removeBreakpoint", { breakpointId });
    }
    return { result, counts: counts.filter((_, index) => !missing.has(index)) };
  }

  /** Returns the location of a possible breakpoint; undefined if the function has fewer. */
  async #locate({ script, start }: CountedFunction, at: number) {
    const { line, column } = script.place(start);
    const { locations } = await this.#session.post("Debugger.getPossibleBreakpoints", {
      start: { scriptId: script.id, lineNumber: line - 1, columnNumber: column - 1 },
      restrictToFunction: true,
    });
    return locations[at];
  }

  /** Returns true if a function that was just entered is on the stack once more. */
  #isOnStack(entered: CountedFunction): boolean {
    const [, ...callers] = readStack();
    return callers.some((place) => {
      const caller = this.#findInnermost(place);
      return caller?.script === entered.script && caller.start === entered.start;
    });
  }

  #findInnermost(place: StackPlace): CountedFunction | undefined {
    const key = `${place.url}:${place.line}:${place.column}`;
    if (!this.#innermost.has(key)) {
      const around = this.#functions.get(place.url)?.filter(({ from, to }) =>
        isOrdered(from, place) && isOrdered(place, to)
      );
      this.#innermost.set(key, around?.sort((a, b) => b.start - a.start)[0]);
    }
    return this.#innermost.get(key);
  }
}

/** Position of a call on the stack, in the source of a module. */
interface StackPlace extends TextPlace {
  readonly url: string;
}

/** Reads the positions on the stack: that of the watched function, and those of its callers. */
function readStack(): StackPlace[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const found: { readonly stack?: StackPlace[] } = {};
  Error.stackTraceLimit = Infinity;
  Error.prepareStackTrace = (_, sites) =>
    sites.map((site) => ({
      url: site.getScriptNameOrSourceURL() ?? "",
      line: site.getLineNumber() ?? 0,
      column: site.getColumnNumber() ?? 0,
    }));
  Error.captureStackTrace(found, readStack);
  const places = found.stack!;
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  // The callers of this function, up to the condition.
  return places.slice(3);
}
