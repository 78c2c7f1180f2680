/**
 * What happened, as text that people read.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import type { SessionEvent } from "../../history/event.ts";
import { answerText } from "../scenario/conversation.ts";
import { printable } from "../text.ts";
import { eventsOf, toolOfCall, type TrajectorySource } from "./trajectory_source.ts";

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
  const transcript = new Transcript(events, maxChars);
  for (const event of events) transcript.add(event);
  return withoutMiddle(transcript.lines, maxLines).join("\n");
}

/** A line that waits for the result of its call. */
interface OpenLine {
  readonly at: number;
  /** The text before the result. */
  readonly lead: string;
  isStarted: boolean;
}

/** Writes lines as events come; a result is put into the line of its call. */
class Transcript {
  readonly lines: string[] = [];
  readonly #events: readonly SessionEvent[];
  readonly #maxChars: number;
  /** The lines of the last decision, by the places of its calls. */
  #decided = new Map<number, OpenLine>();
  /** The lines of verdicts, by the keys of the calls. */
  readonly #given = new Map<string, OpenLine>();
  /** The arguments a person was asked about, by the keys of the calls. */
  readonly #asked = new Map<string, string>();

  constructor(events: readonly SessionEvent[], maxChars: number) {
    this.#events = events;
    this.#maxChars = maxChars;
  }

  /** Writes the line of an event, or changes that of its call. */
  add(event: SessionEvent): void {
    switch (event.type) {
      case "user":
        return this.#say(`user: ${this.#shown(event.text)}`);
      case "decision":
        return this.#addDecision(event.decision);
      case "tool_started": {
        const line = this.#decided.get(event.call);
        if (line !== undefined) line.isStarted = true;
        return;
      }
      case "tool_finished":
        return this.#addResult(event);
      case "approval_requested":
        return this.#addRequest(event);
      case "approval_given": {
        const { callKey, verdict, text } = event;
        const call = this.#call(toolOfCall(callKey, this.#events), this.#asked.get(callKey));
        const relation = verdict === "denied" ? ": " : RELATIONS.ok;
        const end = text === undefined ? "" : `${relation}${this.#shown(text)}`;
        this.#given.set(callKey, this.#open(`${verdict}: ${call}`, end));
        return;
      }
      case "moved":
        return this.#say(`${this.#shown(event.from)} → ${this.#shown(event.to)}`);
      case "error": {
        const where = event.path === "" ? "" : ` at ${this.#shown(event.path)}`;
        return this.#say(`refused${where}: ${this.#shown(event.message)}`);
      }
      case "model_failed":
        return this.#say(`the model failed: ${this.#shown(event.code)}`);
      case "respond_only":
        return this.#say(`asked to answer now: ${event.reason}`);
      case "limit":
        return this.#say(`limited: ${event.reason}`);
      case "ended":
        return this.#say("ended");
    }
  }

  #addDecision(decision: Decision): void {
    this.#decided = new Map();
    const calls = decision.action === "TOOL_CALL" ? decision.calls : [];
    for (const [place, { tool, args }] of calls.entries()) {
      this.#decided.set(place, this.#open(this.#call(tool, this.#args(args)), ": not finished"));
    }
    const said = answerText(decision);
    if (said !== undefined) this.#say(`agent: ${this.#shown(said)}`);
  }

  #addRequest({ callKey, call, tool, args, reason }: SessionEvent<"approval_requested">): void {
    const shownArgs = this.#args(args);
    this.#asked.set(callKey, shownArgs);
    const line = this.#decided.get(call);
    if (reason === "unknown") {
      this.#say(`${this.#call(tool, shownArgs)}: effect unknown, waits for a person`);
    } else if (line === undefined || line.isStarted) {
      // A call that began is another one: it asks for a call of its own.
      this.#say(`${this.#call(tool, shownArgs)}: waits for approval`);
    } else {
      this.lines[line.at] = `${line.lead}: waits for approval`;
      this.#decided.delete(call);
    }
  }

  #addResult({ callKey, call, tool, outcome, text }: SessionEvent<"tool_finished">): void {
    const given = this.#given.get(callKey);
    // A denial says its reason already.
    if (outcome === "denied" && given !== undefined) return;
    const line = given ?? this.#decided.get(call);
    const end = `${RELATIONS[outcome]}${this.#shown(text)}`;
    if (line !== undefined) this.lines[line.at] = `${line.lead}${end}`;
    // A resumed turn finishes calls of a decision that is not among its events.
    else this.#say(`${this.#call(tool, this.#asked.get(callKey))}${end}`);
  }

  #say(line: string): void {
    this.lines.push(line);
  }

  #open(lead: string, end: string): OpenLine {
    return { at: this.lines.push(`${lead}${end}`) - 1, lead, isStarted: false };
  }

  #shown(text: string): string {
    return printable(text, this.#maxChars);
  }

  #call(tool: string, args = "…"): string {
    return `${this.#shown(tool)}(${args})`;
  }

  #args(args: Readonly<Record<string, unknown>>): string {
    const text = JSON.stringify(args);
    return text === "{}" ? "" : this.#shown(text);
  }
}

const RELATIONS: Readonly<Record<SessionEvent<"tool_finished">["outcome"], string>> = {
  ok: " = ",
  error: " failed: ",
  redirected: " not done: ",
  denied: " not allowed: ",
  not_run: " not run: ",
  unknown: " given up: ",
};

function withoutMiddle(lines: readonly string[], maxLines: number): readonly string[] {
  if (lines.length <= maxLines) return lines;
  const head = Math.floor(maxLines / 2);
  const left = lines.length - maxLines;
  return [...lines.slice(0, head), `[${left} lines left out]`, ...lines.slice(head + left)];
}
