/**
 * Parts to which the messages of a request belong.
 *
 * @module
 */
import type { LLMRequest } from "../../llm/llm.ts";
import { partsOf, type RequestPart } from "../../prompt/request_parts.ts";
import type { PromptPart } from "./prompt_part.ts";

/** Part of a message, and the event whose message it is. */
export interface MessagePart extends PromptPart {
  /** Sequence number of the event; absent if the message is not that of an event. */
  readonly seq?: number;
}

/** Returns a function that tells the part of each message of a request for a decision. */
export function findParts(request: LLMRequest): (index: number) => MessagePart {
  const parts = partsOf(request);
  return (index) => {
    const part = parts?.[index];
    return part === undefined ? { part: "other" } : convertPart(part);
  };
}

function convertPart({ kind, seq, tool, step }: RequestPart): MessagePart {
  const event = seq !== undefined && { seq };
  switch (kind) {
    case "standing":
      return { part: "standing text" };
    case "summary":
    case "user":
      return { part: kind, ...event };
    case "decision":
      return { part: "decisions", ...event };
    case "result":
      return { part: "tool results", name: tool ?? "", ...event };
    case "notice":
      return { part: "notices" };
    case "step":
      return { part: "step message", name: step ?? "" };
    default:
      return kind satisfies never;
  }
}
