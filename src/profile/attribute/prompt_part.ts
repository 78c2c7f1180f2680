/**
 * Parts of prompts and answers, to which tokens and money are attributed.
 *
 * @module
 */
import type { RequestPart } from "../../prompt/request_parts.ts";
import type { PartRow } from "../agent_profile.ts";

/** Part, of one tool or step if it has a name. */
export type PromptPart = Pick<PartRow, "part" | "name">;

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
