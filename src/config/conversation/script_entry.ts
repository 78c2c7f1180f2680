/**
 * Decisions of a model in a file: the scripts of tests and of conversations.
 *
 * @module
 */
import { decide, type Decision } from "../../decision/decision.ts";
import { checkName } from "../check/check_graph.ts";
import {
  type Fields,
  list,
  map,
  object,
  optional,
  required,
  type Schema,
} from "../format/fields.ts";
import type { Inspection } from "../text/inspection.ts";
import type { SourcePath } from "../text/source.ts";
import { anything, flagOr, isText, label, text } from "../format/values.ts";

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

/** Names that an agent has. Absent: they are not known, and not checked. */
export interface AgentNames {
  /** Ids of its steps. */
  readonly steps?: Iterable<string>;
  /** Names of its tools. */
  readonly tools?: Iterable<string>;
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

/** Keys of an entry of a script, of which it has exactly one. */
const DECISIONS = ["respond", "call", "calls", "move", "end"] as const;

/** Reports the problems of a well-formed decision at a path. */
export function inspectEntry(
  inspection: Pick<Inspection, "problems" | "report">,
  path: SourcePath,
  entry: ScriptEntryConfig,
  { steps, tools }: AgentNames,
): void {
  const { call, args, calls = [], move, respond, suggestions } = entry;
  const found = DECISIONS.filter((key) => entry[key] !== undefined && entry[key] !== false);
  if (found.length !== 1) {
    inspection.report(path, {
      message: found.length === 0 ? "it has no decision" : `it has ${found.join(" and ")}`,
      expected: `exactly one of ${DECISIONS.join(", ")}`,
    });
  }
  if (args !== undefined && call === undefined) {
    const message = "there is no call";
    inspection.report([...path, "args"], { message, expected: "call beside it" });
  }
  if (suggestions !== undefined && respond === undefined) {
    const message = "there is no response";
    inspection.report([...path, "suggestions"], { message, expected: "respond beside it" });
  }
  const check = (path: SourcePath, name: string | undefined, kind: "step" | "tool") => {
    const known = kind === "step" ? steps : tools;
    if (known !== undefined) checkName(inspection, path, name, kind, known);
  };
  check([...path, "call"], call, "tool");
  for (const [index, { call }] of calls.entries()) {
    check([...path, "calls", index, "call"], call, "tool");
  }
  check([...path, "move"], move, "step");
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
