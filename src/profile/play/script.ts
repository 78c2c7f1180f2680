/**
 * Scripts: conversations that are written by hand, inputs, decisions and verdicts.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import { ConfigError, quote } from "../../errors.ts";
import { sha256 } from "../../json/text.ts";
import type { RawOutput } from "../../llm/mock_script.ts";
import { ANYTHING, checkOptions, type OptionRule, TEXT } from "../../llm/option_rules.ts";

/**
 * Verdict about a call that waits for a person: the first call of the tool that has none yet. It
 * follows the decision whose call waits.
 */
export type ScriptVerdict =
  | {
    /** Name of the tool whose call runs. */
    readonly approve: string;
    /** Arguments to run the call with. Default: those of the decision. */
    readonly args?: Readonly<Record<string, unknown>>;
  }
  | {
    /** Name of the tool whose call does not run. */
    readonly deny: string;
    /** Reason, which the model receives. Default: `"A person did not allow it"`. */
    readonly reason?: string;
  };

/** Conversation that is played: the inputs of a user, and the decisions of a model. */
export type ConversationScript = readonly {
  /** Input of the user. Absent: the model speaks first. */
  readonly input?: string;
  /**
   * Decisions in order, each followed by the verdicts about its calls. A waiting call without a
   * verdict is allowed. After the last decision, an automatic mock with seed 1 plays the rest of the
   * turn, and so it plays agents that run as tools. Default: none.
   */
  readonly decisions?: readonly (Decision | RawOutput | ScriptVerdict)[];
}[];

/** One input of a script, and the decisions of the model that follow it. */
export type ScriptTurn = ConversationScript[number];

/** Entry of a script after an input. */
export type TurnEntry = NonNullable<ScriptTurn["decisions"]>[number];

/** File and line of entries that were read from a file: a script is the same in every file. */
const places = new WeakMap<TurnEntry, string>();

/** Records the file and line of an entry, for messages. */
export function setPlace(entry: TurnEntry, place: string): void {
  places.set(entry, place);
}

/** Returns the file and line of an entry; undefined if it was not read from a file. */
export function placeOf(entry: TurnEntry): string | undefined {
  return places.get(entry);
}

/** Returns true if an entry is a verdict, not a decision. */
export function isVerdict(entry: TurnEntry): entry is ScriptVerdict {
  // An entry of untyped code may be none; a mock says what it is.
  return "approve" in Object(entry) || "deny" in Object(entry);
}

/** Returns the SHA-256 of a script: plays with equal hashes are comparable. */
export function hashScript(script: ConversationScript): Promise<string> {
  return sha256(JSON.stringify(script));
}

const INPUT: OptionRule = { expected: "a text", accepts: (value) => typeof value === "string" };
const LIST: OptionRule = { expected: "a list", accepts: Array.isArray };

/**
 * Checks a script, which may come from untyped code. A mock checks its decisions when it plays them.
 *
 * @throws {ConfigError} if there is nothing to play, or a turn or a verdict is invalid.
 */
export function checkScript(script: ConversationScript | undefined): void {
  if (script === undefined) return;
  if (!Array.isArray(script) || script.length === 0) {
    throw new ConfigError(
      `Cannot play the script ${quote(script)}: expected a list of at least one turn`,
    );
  }
  for (const [index, turn] of (script as ConversationScript).entries()) {
    const doing = `play turn ${index + 1} of the script`;
    checkOptions(doing, turn, { input: INPUT, decisions: LIST });
    for (const [at, entry] of turn.decisions?.entries() ?? []) {
      if (!isVerdict(entry)) continue;
      const place = `play entry ${at + 1} of turn ${index + 1} of the script`;
      if ("deny" in entry) checkOptions(place, entry, { deny: TEXT, reason: TEXT });
      else checkOptions(place, entry, { approve: TEXT, args: ANYTHING });
    }
  }
}
