/**
 * The `.cpuprofile` format, as V8's sampling profiler writes it: the type
 * `Profile` of the Chrome DevTools Protocol, domain `Profiler`
 * (https://chromedevtools.github.io/devtools-protocol/tot/Profiler/).
 *
 * Deno writes it with `deno run --cpu-prof`, names and positions already mapped
 * to TypeScript (`positionTicks`, not read here, are not mapped).
 *
 * @module
 */

/** Where a sampled function stands. Lines and columns count from 0; -1 is none. */
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

/** One node of the call tree: a function reached by one path of callers. */
export interface CpuProfileNode {
  /** The number that `samples` and `children` refer to. */
  readonly id: number;
  /** The function. */
  readonly callFrame: CallFrame;
  /** The functions it called, by id. */
  readonly children?: readonly number[];
}

/** A profile: the call tree and, in time order, which node was seen running. */
export interface CpuProfile {
  /** The call tree; its root is the node that is no other's child. */
  readonly nodes: readonly CpuProfileNode[];
  /** When sampling began, in microseconds of a clock of its own. */
  readonly startTime: number;
  /** When sampling ended, in microseconds of the same clock. */
  readonly endTime: number;
  /** The id of the node that was running at each sample. */
  readonly samples: readonly number[];
  /** Microseconds from the sample before (the first: from `startTime`). */
  readonly timeDeltas: readonly number[];
}

/**
 * Reads the text of a `.cpuprofile` file.
 *
 * @param text The content of the file.
 * @returns The profile, with every reference checked.
 * @throws {SyntaxError} When the text is not a CPU profile.
 */
export function readCpuProfile(text: string): CpuProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError("Could not read the CPU profile: expected JSON", { cause });
  }
  if (!isCpuProfile(value)) {
    throw new SyntaxError(
      'Could not read the CPU profile: expected "nodes", "samples", "timeDeltas", "startTime" and ' +
        '"endTime"',
    );
  }
  if (value.samples.length !== value.timeDeltas.length) {
    throw new SyntaxError(
      `Could not read the CPU profile with ${value.samples.length} samples: expected as many time ` +
        `deltas, not ${value.timeDeltas.length}`,
    );
  }
  const known = new Set(value.nodes.map((node) => node.id));
  for (const id of [...value.samples, ...value.nodes.flatMap((node) => node.children ?? [])]) {
    if (!known.has(id)) {
      throw new SyntaxError(`Could not read the CPU profile: expected a node with the id "${id}"`);
    }
  }
  return value;
}

function isCpuProfile(value: unknown): value is CpuProfile {
  if (typeof value !== "object" || value === null) return false;
  const profile = value as { readonly [key in keyof CpuProfile]?: unknown };
  return typeof profile.startTime === "number" && typeof profile.endTime === "number" &&
    Array.isArray(profile.nodes) && profile.nodes.every(isNode) &&
    Array.isArray(profile.samples) && Array.isArray(profile.timeDeltas);
}

function isNode(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const node = value as { readonly id?: unknown; readonly callFrame?: Partial<CallFrame> | null };
  const frame = node.callFrame;
  return typeof node.id === "number" && typeof frame === "object" && frame !== null &&
    typeof frame.functionName === "string" && typeof frame.url === "string" &&
    typeof frame.lineNumber === "number" && typeof frame.columnNumber === "number";
}
