/**
 * The `.cpuprofile` format, as V8's sampling profiler writes it: the type `Profile` of the Chrome
 * DevTools Protocol, domain `Profiler`
 * (https://chromedevtools.github.io/devtools-protocol/tot/Profiler/).
 *
 * Deno writes it with `deno run --cpu-prof`, names and positions already mapped to TypeScript
 * (`positionTicks`, not read here, are not mapped).
 *
 * @module
 */

import * as v from "valibot";

/** Place of a sampled function. Lines and columns count from 0; -1 is none. */
export interface CallFrame {
  /** The name; empty for an anonymous function and for the top level of a module. */
  readonly functionName: string;
  /** The module; empty for native code and for `(program)`, `(idle)` and the like. */
  readonly url: string;
  /** The line on which the function begins, from 0. */
  readonly lineNumber: number;
  /** The column at which the function begins, from 0. */
  readonly columnNumber: number;
}

/** A profile: the call tree and, in time order, the node that was running at each sample. */
export interface CpuProfile {
  /** The call tree, one node for each path of callers; the root is no other's child. */
  readonly nodes: readonly {
    /** The number that `samples` and `children` refer to. */
    readonly id: number;
    /** The function. */
    readonly callFrame: CallFrame;
    /** The functions it called, by id. */
    readonly children?: readonly number[];
  }[];
  /** Start of sampling, in microseconds of a clock of its own. */
  readonly startTime: number;
  /** End of sampling, in microseconds of the same clock. */
  readonly endTime: number;
  /** The id of the node that was running at each sample. */
  readonly samples: readonly number[];
  /** Microseconds from the sample before (the first: from `startTime`). */
  readonly timeDeltas: readonly number[];
}

const profileSchema: v.GenericSchema<CpuProfile> = v.looseObject({
  nodes: v.array(v.looseObject({
    id: v.number(),
    callFrame: v.looseObject({
      functionName: v.string(),
      url: v.string(),
      lineNumber: v.number(),
      columnNumber: v.number(),
    }),
    children: v.exactOptional(v.array(v.number())),
  })),
  startTime: v.number(),
  endTime: v.number(),
  samples: v.array(v.number()),
  timeDeltas: v.array(v.number()),
});

/**
 * Reads the text of a `.cpuprofile` file and checks every reference in it.
 *
 * @throws {SyntaxError} if the text is not a CPU profile.
 */
export function readCpuProfile(text: string): CpuProfile {
  const fail = (expected: string, cause?: unknown): never => {
    throw new SyntaxError(`Could not read the CPU profile: expected ${expected}`, { cause });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return fail("JSON", cause);
  }
  const { success, output, issues } = v.safeParse(profileSchema, value);
  if (!success) return fail(`another ${v.getDotPath(issues[0])}: ${issues[0].message}`);
  const { nodes, samples, timeDeltas } = output;
  if (samples.length !== timeDeltas.length) {
    return fail(`${samples.length} time deltas, one for each sample, not ${timeDeltas.length}`);
  }
  const known = new Set(nodes.map(({ id }) => id));
  const used = [...samples, ...nodes.flatMap(({ children = [] }) => children)];
  const unknown = used.find((id) => !known.has(id));
  return unknown === undefined ? output : fail(`a node with the id "${unknown}"`);
}
