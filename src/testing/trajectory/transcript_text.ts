/**
 * What happened, as text that people read.
 *
 * @module
 */
import type { ToolCall } from "../../decision/decision.ts";
import type {
  DecisionEvent,
  ErrorEvent,
  SessionEvent,
  ToolFinishedEvent,
} from "../../history/event.ts";
import { answerText } from "../scenario/conversation.ts";
import { printable } from "./printable.ts";
import { eventsOf, type TrajectorySource } from "./trajectory_source.ts";

/** How much a transcript shows. */
export interface TranscriptOptions {
  /** Longer texts, arguments and results are cut, in characters. Default: 200. */
  readonly maxChars?: number;
  /** Longer transcripts lose lines from their middle, and say how many. Default: no limit. */
  readonly maxLines?: number;
}

/**
 * The transcript of a turn, a session or a scenario: one line for each thing
 * that was said or done, in order; the calls of a decision in the order of the
 * calls. Whatever the text of a user, a model or a tool holds stays on its line.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { transcriptText } from "@nomos/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "barista",
 *   llm: new MockLLM([decide.move("order"), decide.respond("What can I get you?")]),
 *   start: "greet",
 *   steps: {
 *     greet: { description: "Greet them", routes: { order: "they want to order" } },
 *     order: { description: "Take the order" },
 *   },
 * });
 * const turn = await agent.createSession().next("A coffee, please");
 * assertEquals(
 *   transcriptText(turn),
 *   "user: A coffee, please\ngreet → order\nagent: What can I get you?",
 * );
 * ```
 */
export function transcriptText(source: TrajectorySource, options: TranscriptOptions = {}): string {
  const { maxChars = 200, maxLines = Infinity } = options;
  const events = eventsOf(source);
  const firstDecision = events.findIndex(({ type }) => type === "decision");
  const lines = events.flatMap((event, at) => {
    switch (event.type) {
      case "user":
        return [`user: ${printable(event.text, maxChars)}`];
      case "decision":
        return decisionLines(event, events, maxChars);
      case "tool_started":
        return [];
      case "tool_finished":
        // A resumed turn finishes calls of a decision that is not among its events.
        return firstDecision >= 0 && firstDecision < at ? [] : [callLine(event, "…", maxChars)];
      case "approval_requested":
        return [`waits for a person: ${printable(event.tool, maxChars)}`];
      case "approval_given":
        return [`a person decided: ${event.verdict}`];
      case "moved":
        return [`${printable(event.from, maxChars)} → ${printable(event.to, maxChars)}`];
      case "error":
        return [refusalLine(event, maxChars)];
      case "model_failed":
        return [`the model failed: ${printable(event.code, maxChars)}`];
      case "fallback":
        return [`asked to answer now: ${event.reason}`];
      case "limit":
        return [`limited: ${event.reason}`];
      case "ended":
        return ["ended"];
      default:
        return event satisfies never;
    }
  });
  return withoutMiddle(lines, maxLines).join("\n");
}

function decisionLines(
  { decision, seq }: DecisionEvent,
  events: readonly SessionEvent[],
  maxChars: number,
): string[] {
  if (decision.action !== "TOOL_CALL") {
    const said = answerText(decision);
    return said === undefined ? [] : [`agent: ${printable(said, maxChars)}`];
  }
  const finished = new Map<number, ToolFinishedEvent>();
  // Events are numbered without gaps, also where they begin in the middle of a log.
  for (let at = seq - events[0]!.seq + 1; at < events.length; at++) {
    const event = events[at]!;
    if (event.type === "decision") break;
    if (event.type === "tool_finished") finished.set(event.call, event);
  }
  return decision.calls.map((call, place) =>
    callLine(finished.get(place) ?? call, argsText(call, maxChars), maxChars)
  );
}

function refusalLine({ path, message }: ErrorEvent, maxChars: number): string {
  const where = path === "" ? "" : ` at ${printable(path, maxChars)}`;
  return `refused${where}: ${printable(message, maxChars)}`;
}

function argsText({ args }: ToolCall, maxChars: number): string {
  const text = JSON.stringify(args);
  return text === "{}" ? "" : printable(text, maxChars);
}

function callLine(call: ToolCall | ToolFinishedEvent, args: string, maxChars: number): string {
  const lead = `${printable(call.tool, maxChars)}(${args})`;
  if (!("outcome" in call)) return `${lead}: not finished`;
  return `${lead}${RELATIONS[call.outcome]}${printable(call.text, maxChars)}`;
}

const RELATIONS: Readonly<Record<ToolFinishedEvent["outcome"], string>> = {
  ok: " = ",
  error: " failed: ",
  fallback: " not done: ",
  aborted: " given up: ",
  denied: " not allowed: ",
};

function withoutMiddle(lines: readonly string[], maxLines: number): readonly string[] {
  if (lines.length <= maxLines) return lines;
  const head = Math.floor(maxLines / 2);
  const left = lines.length - maxLines;
  return [...lines.slice(0, head), `[${left} lines left out]`, ...lines.slice(head + left)];
}
