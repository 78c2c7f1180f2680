/**
 * Decisions of a model in a file: the scripts of tests and of conversations.
 *
 * @module
 */
import { decide, type Decision } from "../../decision/decision.ts";
import { checkName } from "../check/check_names.ts";
import type { Inspection } from "../check/inspection.ts";
import {
  type Fields,
  list,
  map,
  object,
  optional,
  required,
  type Schema,
} from "../format/fields.ts";
import { anything, flagOr, isText, label, text } from "../format/values.ts";
import type { SourcePath } from "../text/source.ts";

/** Call of a tool in a script. */
export interface ScriptCallConfig {
  /** Name of the tool. */
  readonly call: string;
  /** Arguments. */
  readonly args?: Readonly<Record<string, unknown>>;
}

/** Decision in a script: exactly one of `respond`, `call`, `calls`, `move` and `end`. */
export interface ScriptEntryConfig extends Partial<ScriptCallConfig> {
  /** Response, text or structured. */
  readonly respond?: unknown;
  /** Quick replies, beside `respond`. */
  readonly suggestions?: readonly string[];
  /** Several calls at once. */
  readonly calls?: readonly ScriptCallConfig[];
  /** Step to move to. */
  readonly move?: string;
  /** Last message to the user; true for none. */
  readonly end?: string | boolean;
}

/** Entry of a scripted conversation: an input, a decision, or a verdict about a call that waits. */
export interface ConversationEntryConfig extends ScriptEntryConfig {
  /** Input of the user. */
  readonly user?: string;
  /** Tool whose waiting call is allowed. */
  readonly approve?: string;
  /** Tool whose waiting call is denied. */
  readonly deny?: string;
  /** Reason, beside `deny`. */
  readonly reason?: string;
}

/** Names that an agent has. Absent: they are not known, and not checked. */
export interface AgentNames {
  /** Ids of its steps. */
  readonly steps?: ReadonlySet<string>;
  /** Names of its tools. */
  readonly tools?: ReadonlySet<string>;
  /** Names of tools whose calls may wait: its own, and those of agents that it calls. */
  readonly approvals?: ReadonlySet<string>;
}

const scriptCall: Fields<ScriptCallConfig> = {
  call: required(label, "Name of a tool"),
  args: optional(map(anything), "Arguments"),
};

/** Fields of a decision. */
export const scriptFields: Fields<ScriptEntryConfig> = {
  respond: optional(anything, "Response: text, or a structured answer"),
  suggestions: optional(list(text), "Quick replies, beside respond"),
  call: optional(label, "Name of a tool"),
  args: optional(map(anything), "Arguments, beside call"),
  calls: optional(list(object<ScriptCallConfig>(scriptCall, true)), "Several calls at once"),
  move: optional(label, "Id of a step"),
  end: optional(
    flagOr(isText, text) as Schema<string | boolean>,
    "Last message to the user; true for none",
  ),
};

type Key = keyof ConversationEntryConfig;

/** Keys of a decision entry, which has exactly one of them. */
const DECISION_KEYS: readonly Key[] = ["respond", "call", "calls", "move", "end"];

/** Keys of a conversation entry, which has exactly one of them. */
export const CONVERSATION_KEYS: readonly Key[] = ["user", ...DECISION_KEYS, "approve", "deny"];

/** Keys that may accompany other keys. */
const COMPANIONS: readonly (readonly [Key, readonly Key[]])[] = [
  ["args", ["call", "approve"]],
  ["suggestions", ["respond"]],
  ["reason", ["deny"]],
];

/**
 * Reports the problems of a well-formed entry at a path.
 *
 * @param keys Keys of which it has exactly one.
 */
export function inspectEntry(
  inspection: Pick<Inspection, "problems" | "report">,
  path: SourcePath,
  entry: ConversationEntryConfig,
  { steps, tools, approvals }: AgentNames,
  keys: readonly Key[] = DECISION_KEYS,
): void {
  const found = keys.filter((key) => entry[key] !== undefined && entry[key] !== false);
  if (found.length !== 1) {
    inspection.report(path, {
      message: found.length === 0 ? "a key is missing" : `it has ${found.join(" and ")}`,
      expected: `exactly one of ${keys.join(", ")}`,
    });
  }
  for (const [key, others] of COMPANIONS) {
    const allowed = others.filter((other) => keys.includes(other));
    if (entry[key] === undefined || allowed.some((other) => entry[other] !== undefined)) continue;
    const names = allowed.join(" or ");
    const problem = { message: `there is no ${names}`, expected: `${names} beside it` };
    inspection.report([...path, key], problem);
  }
  const check = (
    kind: "step" | "tool",
    at: SourcePath,
    name: string | undefined,
    known: ReadonlySet<string> | undefined,
  ) => {
    if (known !== undefined) checkName(inspection, [...path, ...at], name, kind, known);
  };
  check("tool", ["call"], entry.call, tools);
  for (const [index, { call }] of entry.calls?.entries() ?? []) {
    check("tool", ["calls", index, "call"], call, tools);
  }
  check("step", ["move"], entry.move, steps);
  check("tool", ["approve"], entry.approve, approvals);
  check("tool", ["deny"], entry.deny, approvals);
}

/** Returns the decision of a valid entry. */
export function toDecision(entry: ScriptEntryConfig): Decision {
  const { respond, suggestions, call, calls, move, end, args } = entry;
  if (call !== undefined) return decide.call(call, args);
  if (calls !== undefined) {
    return decide.calls(calls.map(({ call: tool, args = {} }) => ({ tool, args })));
  }
  if (move !== undefined) return decide.move(move);
  if (end !== undefined) return decide.end(typeof end === "string" ? end : undefined);
  return decide.respond(respond, suggestions && { suggestions });
}
