/**
 * What happened, as text that people read.
 *
 * @module
 */
import type { ErrorEvent } from "../../history/event.ts";
import { answerText } from "../scenario/conversation.ts";
import { CallLines } from "./call_lines.ts";
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
 * calls. A result stands in the line of its call; where a person was asked, in
 * that of the verdict. Whatever the text of a user, a model or a tool holds stays
 * on its line.
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
  const lines: string[] = [];
  const calls = new CallLines(lines, events, maxChars);
  for (const event of events) {
    switch (event.type) {
      case "user":
        lines.push(`user: ${printable(event.text, maxChars)}`);
        break;
      case "decision": {
        const { decision } = event;
        calls.decided(decision);
        const said = answerText(decision);
        if (said !== undefined) lines.push(`agent: ${printable(said, maxChars)}`);
        break;
      }
      case "tool_started":
        calls.started(event);
        break;
      case "tool_finished":
        calls.finished(event);
        break;
      case "approval_requested":
        calls.asked(event);
        break;
      case "approval_given":
        calls.given(event);
        break;
      case "moved":
        lines.push(`${printable(event.from, maxChars)} → ${printable(event.to, maxChars)}`);
        break;
      case "error":
        lines.push(refusalLine(event, maxChars));
        break;
      case "model_failed":
        lines.push(`the model failed: ${printable(event.code, maxChars)}`);
        break;
      case "fallback":
        lines.push(`asked to answer now: ${event.reason}`);
        break;
      case "limit":
        lines.push(`limited: ${event.reason}`);
        break;
      case "ended":
        lines.push("ended");
        break;
      default:
        event satisfies never;
    }
  }
  return withoutMiddle(lines, maxLines).join("\n");
}

function refusalLine({ path, message }: ErrorEvent, maxChars: number): string {
  const where = path === "" ? "" : ` at ${printable(path, maxChars)}`;
  return `refused${where}: ${printable(message, maxChars)}`;
}

function withoutMiddle(lines: readonly string[], maxLines: number): readonly string[] {
  if (lines.length <= maxLines) return lines;
  const head = Math.floor(maxLines / 2);
  const left = lines.length - maxLines;
  return [...lines.slice(0, head), `[${left} lines left out]`, ...lines.slice(head + left)];
}
