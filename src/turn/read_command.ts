/**
 * Validation of commands, which may come from untyped code.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, quote } from "../errors.ts";
import { isBlank } from "../json/text.ts";
import {
  anything,
  checkOptions,
  isRecord,
  oneOf,
  suggestNearest,
  text,
} from "../schema/option_shape.ts";
import { type CallVerdict, Delivery, type GivenCommand, type TurnCommand } from "./command.ts";
import { readInput } from "./read_parts.ts";

/** Fields of each kind of verdict, beside the key of its call. */
const FIELDS: Readonly<
  Record<CallVerdict["verdict"], Readonly<Record<string, v.GenericSchema>>>
> = {
  approve: { args: anything, hash: anything },
  deny: { reason: text, hash: anything },
  settle: { result: anything, hash: anything },
  retry: { hash: anything },
};

/** Kinds of verdicts that a person can give. */
const VERDICTS = Object.keys(FIELDS) as readonly CallVerdict["verdict"][];

/**
 * Validates a command. Text of white space only, and parts of such text only, are no command.
 *
 * @throws {ConfigError} if it is invalid.
 */
export async function readCommand(command: GivenCommand): Promise<TurnCommand> {
  if (command === undefined) return { kind: "none" };
  if (typeof command === "string" || Array.isArray(command)) {
    const input = typeof command === "string" ? { text: command } : await readInput(command);
    return isBlank(input.text) ? { kind: "none" } : { kind: "input", given: command, ...input };
  }
  return command instanceof Delivery ? command : readObject(command);
}

function readObject(command: unknown): TurnCommand {
  const given = dropUndefined(command);
  if ("resume" in given) {
    checkOptions({ resume: v.literal(true, "expected true") }, given, "Cannot resume");
    return { kind: "resume" };
  }
  if ("decideAll" in given) {
    const decideAll = v.pipe(
      v.array(v.unknown(), "expected a list of verdicts"),
      v.minLength(1, "expected at least one verdict"),
    );
    checkOptions({ decideAll }, given, "Cannot decide about calls");
    return { kind: "verdicts", verdicts: readVerdicts(given.decideAll as readonly unknown[]) };
  }
  const verdict = VERDICTS.find((one) => one in given);
  if (verdict !== undefined) {
    const { [verdict]: key, ...fields } = given;
    checkVerdict(verdict, key, { [verdict]: text }, given);
    return { kind: "verdicts", verdicts: [{ ...fields, key: key as string, verdict }] };
  }
  const forms = ["resume", "decideAll", ...VERDICTS];
  const [first = ""] = Object.keys(given);
  throw new ConfigError(
    `Cannot start a turn: the command is ${quote(command)}: expected text, parts, ` +
      "{ resume: true }, { approve: callKey }, { deny: callKey, reason }, " +
      `{ settle: callKey, result }, { retry: callKey } or { decideAll: verdicts }` +
      suggestNearest(first, forms),
  );
}

function readVerdicts(list: readonly unknown[]): readonly CallVerdict[] {
  const keys = new Set<unknown>();
  return list.map((one) => {
    const given = dropUndefined(one);
    const { key } = given;
    const verdict = VERDICTS.find((known) => known === given.verdict);
    if (verdict === undefined) {
      throw new ConfigError(
        `Cannot decide about call ${quote(key)}: the verdict is ${quote(given.verdict)}: ` +
          `expected ${oneOf(VERDICTS)}`,
      );
    }
    checkVerdict(verdict, key, { key: text, verdict: anything }, given);
    if (keys.has(key)) {
      throw new ConfigError(
        `Cannot decide about call ${quote(key)}: it has several verdicts: expected one`,
      );
    }
    keys.add(key);
    return { ...given, key: key as string, verdict };
  });
}

/** Checks the fields of a verdict: those of its form, and those of its kind. */
function checkVerdict(
  verdict: CallVerdict["verdict"],
  key: unknown,
  form: Readonly<Record<string, v.GenericSchema>>,
  given: Readonly<Record<string, unknown>>,
): void {
  checkOptions({ ...form, ...FIELDS[verdict] }, given, `Cannot ${verdict} call ${quote(key)}`);
}

/** Returns the fields that are defined; none if a value is not an object. */
function dropUndefined(value: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
