/**
 * All that one run measured, as it is kept in a file.
 *
 * @module
 */
import * as v from "valibot";
import { oneLine } from "../../src/json/text.ts";
import type { Figure } from "../figure.ts";
import type { PeerFigures } from "../peers/peer_figures.ts";
import type { Bench } from "./benches.ts";
import type { Setting } from "./setting.ts";

/** The version of this format. */
export const RESULTS_VERSION: Results["version"] = 1;

/** Results of one run. */
export interface Results {
  /** The version of this format: 1. */
  readonly version: 1;
  /** Machine and date. */
  readonly setting: Setting;
  /** The figures that have a budget, and their like. */
  readonly figures: readonly Figure[];
  /** Results of `deno bench`. */
  readonly benches: readonly Bench[];
  /** The other frameworks; absent where they were not measured. */
  readonly peers?: readonly PeerFigures[];
}

const number = v.pipe(v.number(), v.finite());
const text = v.string();
const spread = { minimum: number, median: number };

const resultsSchema = v.object({
  version: v.literal(1),
  // Only shown, never compared.
  setting: v.looseObject({ date: text, processor: text, commands: v.array(text) }),
  figures: v.array(v.object({
    name: text,
    unit: v.picklist(["ns", "µs", "ms", "bytes"]),
    ...spread,
    floor: v.exactOptional(v.object({ name: text, ...spread })),
    budget: v.exactOptional(v.object({
      kind: v.picklist(["itself", "over the floor", "times the floor"]),
      limit: number,
    })),
    resolution: v.exactOptional(number),
    noise: v.exactOptional(number),
  })),
  benches: v.array(v.object({
    group: text,
    name: text,
    isFloor: v.boolean(),
    minimum: number,
    average: number,
    p99: number,
  })),
  peers: v.exactOptional(v.array(v.looseObject({
    title: text,
    calls: v.array(v.object({ messages: number, ...spread })),
  }))),
});

/**
 * Reads a file of results.
 *
 * @param source Its text.
 * @param path Its name, for the message.
 * @throws {Error} that says where it is not what it should be.
 */
export function readResults(source: string, path: string): Results {
  const fail = (what: string): never => {
    throw new Error(`Cannot use ${path}: ${oneLine(what)}: expected what --output writes`);
  };
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return fail("it is not JSON");
  }
  const result = v.safeParse(resultsSchema, value, { abortEarly: true });
  if (result.success) {
    const [histories, ...others] = (result.output.peers ?? []).map(({ calls }) =>
      calls.map(({ messages }) => messages).join()
    );
    const place = others.findIndex((other) => other !== histories);
    if (place < 0) return result.output as unknown as Results;
    return fail(`peers.${place + 1}.calls is wrong (other histories than those of the first)`);
  }
  const issue: v.BaseIssue<unknown> = result.issues[0];
  return fail(`${v.getDotPath(issue) ?? "all of it"} is wrong (${issue.message})`);
}
