/**
 * Results of one run, and the file that contains them.
 *
 * @module
 */
import * as v from "valibot";
import { oneLine } from "../../src/json/text.ts";
import type { Figure } from "../figure.ts";
import type { PeerFigures } from "../peers/peer_figures.ts";
import type { Bench } from "./benches.ts";
import type { Setting } from "./setting.ts";

/** Version of the file format. */
export const RESULTS_VERSION: Results["version"] = 1;

/** Results of one run. */
export interface Results {
  /** Version of the format. */
  readonly version: 1;
  /** Machine and date. */
  readonly setting: Setting;
  /** Figures, most of which have a budget. */
  readonly figures: readonly Figure[];
  /** Results of `deno bench`. */
  readonly benches: readonly Bench[];
  /** Figures of other frameworks; absent if they were not measured. */
  readonly peers?: readonly PeerFigures[];
}

const number = v.pipe(v.number(), v.finite());
const text = v.string();
const spread = { minimum: number, median: number };

const resultsSchema = v.object({
  version: v.literal(1),
  // Only the parts that are read are validated.
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
 * Parses and validates a file of results.
 *
 * @param source Content of the file.
 * @param path Path of the file, for the message.
 * @throws {Error} that names the first invalid part.
 */
export function readResults(source: string, path: string): Results {
  const fail = (problem: string): never => {
    throw new Error(`Cannot use ${path}: ${oneLine(problem)}: expected a file that --output wrote`);
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
    return fail(
      `peers.${place + 1}.calls is invalid (its histories differ from those of the first)`,
    );
  }
  const issue: v.BaseIssue<unknown> = result.issues[0];
  return fail(`${v.getDotPath(issue) ?? "its content"} is invalid (${issue.message})`);
}
