/**
 * The lines of a transcript that are about tool calls.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import type {
  ApprovalGivenEvent,
  ApprovalRequestedEvent,
  SessionEvent,
  ToolFinishedEvent,
  ToolStartedEvent,
} from "../../history/event.ts";
import { printable } from "./printable.ts";
import { toolOfCall } from "./tool_of_call.ts";

/** A line that waits for the result of its call. */
interface OpenLine {
  readonly at: number;
  /** What stands before the result. */
  readonly lead: string;
  isStarted: boolean;
}

/** Writes them as events come; a result is put into the line of its call. */
export class CallLines {
  readonly #lines: string[];
  readonly #events: readonly SessionEvent[];
  readonly #maxChars: number;
  /** The lines of the last decision, by the places of its calls. */
  #decided = new Map<number, OpenLine>();
  /** The lines of verdicts, by the names of the calls. */
  readonly #given = new Map<string, OpenLine>();
  /** The arguments a person was asked about, by the names of the calls. */
  readonly #asked = new Map<string, string>();

  /** Adds to these lines. */
  constructor(lines: string[], events: readonly SessionEvent[], maxChars: number) {
    this.#lines = lines;
    this.#events = events;
    this.#maxChars = maxChars;
  }

  /** The model wants calls. */
  decided(decision: Decision): void {
    this.#decided = new Map();
    if (decision.action !== "TOOL_CALL") return;
    for (const [place, { tool, args }] of decision.calls.entries()) {
      const lead = this.#callText(tool, this.#argsText(args));
      this.#decided.set(place, this.#open(lead, ": not finished"));
    }
  }

  /** A call begins. */
  started({ call }: ToolStartedEvent): void {
    const line = this.#decided.get(call);
    if (line !== undefined) line.isStarted = true;
  }

  /** A person is asked. */
  asked({ callKey, call, tool, args, reason }: ApprovalRequestedEvent): void {
    const argsText = this.#argsText(args);
    this.#asked.set(callKey, argsText);
    const text = reason === "approval"
      ? "waits for approval"
      : "effect unknown, waits for a person";
    const line = this.#decided.get(call);
    // A call that began is another one: it asks for a call of its own.
    if (reason === "unknown" || line === undefined || line.isStarted) {
      this.#lines.push(`${this.#callText(tool, argsText)}: ${text}`);
      return;
    }
    this.#lines[line.at] = `${line.lead}: ${text}`;
    this.#decided.delete(call);
  }

  /** A person decided. */
  given({ callKey, verdict, text }: ApprovalGivenEvent): void {
    const tool = toolOfCall(callKey, this.#events);
    const lead = `${verdict}: ${this.#callText(tool, this.#asked.get(callKey) ?? "…")}`;
    const relation = verdict === "denied" ? ": " : RELATIONS.ok;
    const end = text === undefined ? "" : `${relation}${printable(text, this.#maxChars)}`;
    const line = this.#open(lead, end);
    this.#given.set(callKey, line);
  }

  /** A call came to its end. */
  finished({ callKey, call, tool, outcome, text }: ToolFinishedEvent): void {
    const line = this.#given.get(callKey) ?? this.#decided.get(call);
    const end = `${RELATIONS[outcome]}${printable(text, this.#maxChars)}`;
    // A denial says its reason already.
    if (outcome === "denied" && this.#given.has(callKey)) return;
    if (line !== undefined) this.#lines[line.at] = `${line.lead}${end}`;
    // A resumed turn finishes calls of a decision that is not among its events.
    else this.#lines.push(`${this.#callText(tool, this.#asked.get(callKey) ?? "…")}${end}`);
  }

  #open(lead: string, end: string): OpenLine {
    return { at: this.#lines.push(`${lead}${end}`) - 1, lead, isStarted: false };
  }

  #callText(tool: string, args: string): string {
    return `${printable(tool, this.#maxChars)}(${args})`;
  }

  #argsText(args: Readonly<Record<string, unknown>>): string {
    const text = JSON.stringify(args);
    return text === "{}" ? "" : printable(text, this.#maxChars);
  }
}

const RELATIONS: Readonly<Record<ToolFinishedEvent["outcome"], string>> = {
  ok: " = ",
  error: " failed: ",
  fallback: " not done: ",
  aborted: " given up: ",
  denied: " not allowed: ",
};
