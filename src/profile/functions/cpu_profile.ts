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

/** Position of a sampled function in its source. */
export interface CallFrame {
  /** Name; empty for an anonymous function and for the top level of a module. */
  readonly functionName: string;
  /** URL of the module; empty for native code and for V8's own rows, such as `(idle)`. */
  readonly url: string;
  /** Line on which the function begins, from 0; -1 if unknown. */
  readonly lineNumber: number;
  /** Column at which the function begins, from 0; -1 if unknown. */
  readonly columnNumber: number;
}

/** CPU profile: the call tree, and the node that was running at each sample. */
export interface CpuProfile {
  /** Nodes of the call tree, one for each call path. The root is the child of no node. */
  readonly nodes: readonly {
    /** Number that `samples` and `children` refer to. */
    readonly id: number;
    /** Function of the node. */
    readonly callFrame: CallFrame;
    /** Ids of the nodes of the functions that it called. */
    readonly children?: readonly number[];
  }[];
  /** Start of sampling, in microseconds of a monotonic clock. */
  readonly startTime: number;
  /** End of sampling, in microseconds of the same clock. */
  readonly endTime: number;
  /** Id of the running node at each sample, in the order of time. */
  readonly samples: readonly number[];
  /** Time since the previous sample (for the first: since `startTime`), in microseconds. */
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
 * Parses and validates the text of a `.cpuprofile` file.
 *
 * @throws {SyntaxError} if the text is not a CPU profile.
 */
export function readCpuProfile(text: string): CpuProfile {
  const fail = (expected: string, cause?: unknown): never => {
    throw new SyntaxError(`Cannot read the CPU profile: expected ${expected}`, { cause });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return fail("JSON", cause);
  }
  const { success, output, issues } = v.safeParse(profileSchema, value);
  if (!success) {
    return fail(`another value at "${v.getDotPath(issues[0])}": ${issues[0].message}`);
  }
  const { nodes, samples, timeDeltas } = output;
  if (samples.length !== timeDeltas.length) {
    return fail(`${samples.length} time deltas, one per sample, but it has ${timeDeltas.length}`);
  }
  const known = new Set(nodes.map(({ id }) => id));
  const used = [...samples, ...nodes.flatMap(({ children = [] }) => children)];
  const unknown = used.find((id) => !known.has(id));
  return unknown === undefined ? output : fail(`a node with id ${unknown}`);
}
