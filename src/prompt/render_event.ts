/**
 * One message for one event of the view. Pure: the same event, the same text.
 *
 * What a model or a tool produced stays in messages of the roles `assistant`
 * and `tool`; the first line of a `tool` message is always ours.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import type { ToolFinishedEvent } from "../history/event.ts";
import type { VisibleEvent } from "../history/view.ts";
import type { Message } from "../llm/llm.ts";

/** The message of an event; `reasons` says whether the step of a decision asks for reasoning. */
export function renderEvent(event: VisibleEvent, reasons = true): Message {
  switch (event.type) {
    case "user":
      return { role: "user", content: event.text };
    case "decision":
      return { role: "assistant", content: renderDecision(event.decision, reasons) };
    case "tool_finished":
      return {
        role: "tool",
        content: `${TITLES[event.outcome]} ${event.tool}:\n${event.text}`,
        callId: event.callKey,
      };
    case "error": {
      const where = event.path === "" ? "" : ` at ${event.path}`;
      return { role: "tool", content: `The last output was refused${where}:\n${event.message}` };
    }
    case "fallback":
      return renderFallback(event.reason);
    default:
      return event satisfies never;
  }
}

/** The message that asks for an answer instead of going on. */
export function renderFallback(reason: keyof typeof FALLBACKS): Message {
  return { role: "tool", content: FALLBACKS[reason] };
}

/** A decision as the model wrote it: the wire form, reasoning first where the step asks for it. */
export function renderDecision({ reasoning, ...decision }: Decision, reasons = true): string {
  return JSON.stringify(reasons ? { reasoning, decision } : { decision });
}

const TITLES: Readonly<Record<ToolFinishedEvent["outcome"], string>> = {
  ok: "Result of",
  error: "Error from",
  fallback: "Not done by",
  aborted: "Given up, effect unknown:",
  denied: "Not allowed:",
};

const FALLBACKS = {
  iterations: "No more steps can be taken in this turn. Answer the user with what is known now.",
  loop:
    "The same call gave the same result again and again. Answer the user with what is known now.",
} as const;
