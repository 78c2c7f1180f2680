/**
 * Parts of prompts and answers, to which tokens and money are attributed.
 *
 * @module
 */
import type { RequestPart } from "../../prompt/request_parts.ts";

/**
 * Part of what a model reads or writes: `"schema"`, the JSON Schema of the answer; `"standing
 * text"`; `"summary"` of older events; `"user"`, inputs; `"decisions"` of the model; `"tool
 * results"`; `"notices"`, the running turn's reasoning and refused outputs; `"step message"`;
 * `"summarized"`, requests for a summary and their answers; `"answers"` and `"reasoning"`, what the
 * model wrote; `"embedded"`, texts whose vectors were asked for; `"child agents"`, calls of agents that ran as tools and were not observed; `"not
 * in the log"`, what the log of a stored session lacks: schema, standing text and step message;
 * `"other"`, unknown.
 */
export type PromptPartKind =
  | "schema"
  | "standing text"
  | "summary"
  | "user"
  | "decisions"
  | "tool results"
  | "notices"
  | "step message"
  | "summarized"
  | "answers"
  | "reasoning"
  | "embedded"
  | "child agents"
  | "not in the log"
  | "other";

/** Part, of one tool or step if it has a name. */
export interface PromptPart {
  /** Kind of the part. */
  readonly part: PromptPartKind;
  /** Name of the tool of a result, or of the step of a schema or a step message. */
  readonly name?: string;
}

/** Returns the part of a message of a request; without its origin, it is of no known part. */
export function convertPart(origin: RequestPart | undefined): PromptPart {
  if (origin === undefined) return { part: "other" };
  const { kind, tool = "", step = "" } = origin;
  switch (kind) {
    case "standing":
      return { part: "standing text" };
    case "summary":
    case "user":
      return { part: kind };
    case "decision":
      return { part: "decisions" };
    case "result":
      return { part: "tool results", name: tool };
    case "notice":
      return { part: "notices" };
    case "step":
      return { part: "step message", name: step };
    default:
      return kind satisfies never;
  }
}

/** Returns a text that identifies a part. */
export function keyOfPart({ part, name }: PromptPart): string {
  return name === undefined ? part : `${part} ${name}`;
}
