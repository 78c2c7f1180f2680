/**
 * Parts of a request's messages.
 *
 * @module
 */
import type { PartOf } from "./prompt_ledger.ts";
import type { RecordedCall } from "./turn_record.ts";

/** Returns a function that tells the part of each message of a request. */
export function describeMessages({ request, step }: RecordedCall): PartOf {
  const { stable, messages } = request;
  return ({ role, content, callId }, index) => {
    if (index >= stable) {
      return index === messages.length - 1
        ? { part: "step message", name: step }
        : { part: "notices" };
    }
    if (index === 0) return { part: "standing text" };
    if (role === "user") return { part: "user" };
    if (role === "assistant") return { part: "decisions" };
    if (callId === undefined) return { part: "summary" };
    return { part: "tool results", name: content.match(/ ([\w-]+)(?: \(|:\n)/)?.[1] ?? "" };
  };
}
