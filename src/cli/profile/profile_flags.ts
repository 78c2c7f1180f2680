/**
 * Flags of `nomos profile` whose values are more than a text.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";
import { checkAllowances } from "../../profile/compare/profile_base.ts";
import type { ProfileBase } from "../../profile/mod.ts";
import { UsageError } from "../exit_code.ts";
import type { OptionsOf } from "../flags.ts";

/** Values of the flags that are read. */
export interface ProfileFlags {
  /** Delays of the mock. */
  readonly latency: {
    readonly firstToken: number;
    readonly perThousandRead: number;
    readonly perTokenWritten: number;
  };
  /** Number of the turn to show; undefined for all. */
  readonly turn: number | undefined;
  /** Allowances of the comparison. */
  readonly allow: ProfileBase["allow"];
}

/** Flags that play an agent, and have no meaning for a stored session. */
const OF_PLAYS = ["script", "latency", "functions", "save", "against"] as const;

/**
 * Reads the flags.
 *
 * @throws {UsageError} if a value is wrong, or flags exclude each other.
 */
export function readProfileFlags(
  options: OptionsOf<"profile">,
  positionals: readonly string[],
): ProfileFlags {
  const { session, as, model, save, against } = options;
  if (positionals.length > 1) throw makeUsageError(positionals[1]!, "one agent, or diff A B");
  if (as !== undefined && session === undefined) throw makeUsageError("--as", "--session with it");
  if (as !== undefined) {
    const beside = (["turn", "output"] as const).find((name) => options[name] !== undefined);
    if (beside !== undefined) {
      throw makeUsageError(`--${beside}`, "it without --as, a table of prices");
    }
  }
  if (options.allow.length > 0 && save === undefined && against === undefined) {
    throw makeUsageError("--allow", "--save or --against with it");
  }
  if (options.store !== undefined && session === undefined) {
    throw makeUsageError("--store", "--session with it");
  }
  if (session !== undefined) {
    const given = OF_PLAYS.find((name) => options[name] !== undefined && options[name] !== false);
    if (given !== undefined) throw makeUsageError(`--${given}`, "it without --session");
    if (model === "real") throw makeUsageError("--model real", "it without --session");
  }
  if (model === "real" && (save !== undefined || against !== undefined)) {
    throw makeUsageError(
      "--model real",
      "a mock with --save and --against, because the counts of a model vary",
    );
  }
  return {
    latency: readLatency(options.latency ?? "0,0,0"),
    turn: options.turn === undefined ? undefined : readTurn(options.turn),
    allow: readAllow(options.allow),
  };
}

/** Creates the error of a command line that cannot be understood. */
export function makeUsageError(value: string, expected: string): UsageError {
  return new UsageError(`Cannot use ${JSON.stringify(value)}: expected ${expected}`);
}

function readLatency(text: string): ProfileFlags["latency"] {
  const numbers = text.split(",").map((part) => part.trim() === "" ? NaN : Number(part));
  const areDelays = numbers.length === 3 && numbers.every((one) => one >= 0 && one < Infinity);
  if (!areDelays) {
    throw makeUsageError(`--latency ${text}`, "three numbers of milliseconds, such as 400,100,15");
  }
  const [firstToken, perThousandRead, perTokenWritten] = numbers as [number, number, number];
  return { firstToken, perThousandRead, perTokenWritten };
}

function readTurn(text: string): number {
  const turn = Number(text);
  if (/^\d+$/.test(text) && turn >= 1) return turn;
  throw makeUsageError(`--turn ${text}`, "the number of a turn, from 1");
}

function readAllow(texts: readonly string[]): ProfileBase["allow"] {
  const allow = Object.fromEntries(texts.map((text) => {
    const [, name, by] = /^(\w+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || by === undefined) {
      throw makeUsageError(`--allow ${text}`, "KEY=BY, such as prompt_chars=5%");
    }
    return [name, by];
  }));
  try {
    checkAllowances(allow);
  } catch (cause) {
    throw new UsageError(reasonOf(cause), cause);
  }
  return allow;
}
