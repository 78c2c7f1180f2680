/**
 * Transcripts of sessions as text.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import type { SessionEvent } from "../../history/event.ts";
import { checkOptions, COUNT } from "../../llm/option_rules.ts";
import { answerText } from "../conversation.ts";
import { escapeHidden } from "../text.ts";
import { eventsOf, toolOf, type TrajectorySource } from "./trajectory_source.ts";

/** Options of {@linkcode transcriptText}. */
export interface TranscriptOptions {
  /** Maximum length of each text, argument list and result, in characters. Default: 200. */
  readonly maxChars?: number;
  /** Maximum number of lines. Further lines are cut from the middle. Default: no limit. */
  readonly maxLines?: number;
}

/**
 * Formats the transcript of a turn, a session or a scenario: one line per message,
 * call, move and verdict, in order. The result of a call is on the line of the
 * call, or on the line of the verdict if the call needed one. Line breaks and
 * invisible characters in texts of users, models and tools are escaped.
 *
 * @throws {ConfigError} if the source has no events, for example a turn that was not awaited, or an
 *   option is invalid.
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
  checkOptions("format a transcript", options, { maxChars: COUNT, maxLines: COUNT });
  const { maxChars = 200, maxLines = Infinity } = options;
  const events = eventsOf(source);
  const transcript = new Transcript(events, maxChars);
  for (const event of events) transcript.add(event);
  return cutMiddle(transcript.lines, maxLines).join("\n");
}

/** A line to which the result of its call is added later. */
interface OpenLine {
  readonly at: number;
  /** Text before the result. */
  readonly lead: string;
  isStarted: boolean;
}

/** Builds the lines of a transcript from events. */
class Transcript {
  readonly lines: string[] = [];
  readonly #events: readonly SessionEvent[];
  readonly #maxChars: number;
  /** Lines of the calls of the last decision, by call index. */
  #callLines = new Map<number, OpenLine>();
  /** Lines of verdicts, by call key. */
  readonly #verdictLines = new Map<string, OpenLine>();
  /** Arguments of calls that waited for a person, by call key. */
  readonly #requestedArgs = new Map<string, string>();

  constructor(events: readonly SessionEvent[], maxChars: number) {
    this.#events = events;
    this.#maxChars = maxChars;
  }

  /** Adds the line of an event, or changes the line of its call. */
  add(event: SessionEvent): void {
    switch (event.type) {
      case "user":
        return this.#addLine(`user: ${this.#escape(event.text)}`);
      case "decision":
        return this.#addDecision(event.decision);
      case "tool_started": {
        const line = this.#callLines.get(event.call);
        if (line !== undefined) line.isStarted = true;
        return;
      }
      case "tool_finished":
        return this.#addResult(event);
      case "approval_requested":
        return this.#addRequest(event);
      case "approval_given": {
        const { callKey, verdict, text, args } = event;
        if (args !== undefined) this.#requestedArgs.set(callKey, this.#formatArgs(args));
        const call = this.#formatCall(
          toolOf(callKey, this.#events),
          this.#requestedArgs.get(callKey),
        );
        const relation = verdict === "settled" ? RELATIONS.ok : ": ";
        const end = text === undefined ? "" : `${relation}${this.#escape(text)}`;
        this.#verdictLines.set(callKey, this.#addOpenLine(`${verdict}: ${call}`, end));
        return;
      }
      case "moved":
        return this.#addLine(`${this.#escape(event.from)} → ${this.#escape(event.to)}`);
      case "error": {
        const where = event.path === "" ? "" : ` at ${this.#escape(event.path)}`;
        return this.#addLine(`refused${where}: ${this.#escape(event.message)}`);
      }
      case "model_failed":
        return this.#addLine(`the model failed: ${this.#escape(event.code)}`);
      case "embedded":
        return;
      case "summary":
        return this.#addLine(
          event.text === undefined
            ? "older events left the requests"
            : `summary: ${this.#escape(event.text)}`,
        );
      case "respond_only":
        return this.#addLine(`asked to answer now: ${event.reason}`);
      case "limit":
        return this.#addLine(
          event.retryAfter === undefined
            ? `limited: ${event.reason}`
            : `limited: ${event.reason}, because the model asked to wait ${event.retryAfter} ms`,
        );
      case "ended":
        return this.#addLine("ended");
    }
  }

  #addDecision(decision: Decision): void {
    this.#callLines = new Map();
    const calls = decision.action === "TOOL_CALL" ? decision.calls : [];
    for (const [index, { tool, args }] of calls.entries()) {
      this.#callLines.set(
        index,
        this.#addOpenLine(this.#formatCall(tool, this.#formatArgs(args)), ": not finished"),
      );
    }
    const said = answerText(decision);
    if (said !== undefined) this.#addLine(`agent: ${this.#escape(said)}`);
  }

  #addRequest({ callKey, call, tool, args, reason }: SessionEvent<"approval_requested">): void {
    const shownArgs = this.#formatArgs(args);
    this.#requestedArgs.set(callKey, shownArgs);
    const line = this.#callLines.get(call);
    if (reason === "unknown") {
      this.#addLine(`${this.#formatCall(tool, shownArgs)}: effect unknown, waits for a person`);
    } else if (line === undefined || line.isStarted) {
      // The call on that line has started, so it is an agent, and the request is for a call of it.
      this.#addLine(`${this.#formatCall(tool, shownArgs)}: waits for approval`);
    } else {
      this.lines[line.at] = `${line.lead}: waits for approval`;
      this.#callLines.delete(call);
    }
  }

  #addResult({ callKey, call, tool, outcome, text }: SessionEvent<"tool_finished">): void {
    const verdictLine = this.#verdictLines.get(callKey);
    // The line of a denial already has the reason.
    if (outcome === "denied" && verdictLine !== undefined) return;
    const line = verdictLine ?? this.#callLines.get(call);
    const end = `${RELATIONS[outcome]}${this.#escape(text)}`;
    if (line !== undefined) this.lines[line.at] = `${line.lead}${end}`;
    // A resumed turn finishes calls of a decision of an earlier turn.
    else this.#addLine(`${this.#formatCall(tool, this.#requestedArgs.get(callKey))}${end}`);
  }

  #addLine(line: string): void {
    this.lines.push(line);
  }

  #addOpenLine(lead: string, end: string): OpenLine {
    return { at: this.lines.push(`${lead}${end}`) - 1, lead, isStarted: false };
  }

  #escape(text: string): string {
    return escapeHidden(text, this.#maxChars);
  }

  #formatCall(tool: string, args = "…"): string {
    return `${this.#escape(tool)}(${args})`;
  }

  #formatArgs(args: Readonly<Record<string, unknown>>): string {
    const text = JSON.stringify(args);
    return text === "{}" ? "" : this.#escape(text);
  }
}

/** Words between a call and the text of its result, by outcome. */
export const RELATIONS: Readonly<Record<SessionEvent<"tool_finished">["outcome"], string>> = {
  ok: " = ",
  error: " failed: ",
  redirected: " not done: ",
  denied: " not allowed: ",
  not_run: " not run: ",
  unknown: " given up: ",
};

function cutMiddle(lines: readonly string[], maxLines: number): readonly string[] {
  if (lines.length <= maxLines) return lines;
  const head = Math.floor(maxLines / 2);
  const left = lines.length - maxLines;
  return [...lines.slice(0, head), `[${left} lines left out]`, ...lines.slice(head + left)];
}
