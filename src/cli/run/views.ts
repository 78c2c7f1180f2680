/**
 * Views of turns: for a person, for a pipe, and for programs.
 *
 * @module
 */
import type { ToolCall } from "../../decision/decision.ts";
import type { SessionEvent } from "../../history/event.ts";
import { RELATIONS } from "../../testing/trajectory/transcript_text.ts";
import type { StreamPart } from "../../turn/stream_part.ts";
import type { Turn } from "../../turn/turn.ts";
import {
  formatCall,
  formatInLine,
  formatResponse,
  formatTime,
  formatUsage,
} from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { shown, shownInLine, ShownStream } from "../terminal/shown.ts";
import type { TurnView } from "./conversation.ts";

/** View that prints each event of the log as a line of JSON. */
export class JsonView implements TurnView {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  show(part: StreamPart): void {
    if ("seq" in part) this.#output.document(part);
  }

  finish(): void {}

  fail(): void {}
}

/** View that prints the answers alone, each in one line. */
export class PlainView implements TurnView {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  show(): void {}

  finish({ response }: Turn): void {
    if (response !== undefined) this.#output.line(shownInLine(formatResponse(response)));
  }

  fail(): void {}
}

/** Width to which lines are filled before a figure at their end, in columns. */
const WIDTH = 72;

/** View for a person: the answer arrives on stdout, moves and calls on stderr. */
export class TalkView implements TurnView {
  /** True if reasoning is shown too. */
  isTraced: boolean;
  readonly #output: Output;
  readonly #name: string;
  /** Answer that is arriving. */
  #answer: ShownStream | undefined;
  /** Times at which calls started, by their keys. */
  readonly #started = new Map<string, number>();
  /** Calls of the last decision. */
  #calls: readonly ToolCall[] = [];

  constructor(output: Output, { name, isTraced }: { readonly name: string; isTraced: boolean }) {
    this.#output = output;
    this.#name = name;
    this.isTraced = isTraced;
  }

  show(part: StreamPart): void {
    switch (part.type) {
      case "delta":
        if (part.field === "response") this.#addToAnswer(part.text);
        break;
      case "restart":
        this.#voidAnswer("the answer begins anew");
        break;
      case "progress":
        this.#note(`${shownInLine(part.tool)}: ${formatInLine(formatResponse(part.value))}`);
        break;
      case "child":
        break;
      default:
        this.#showEvent(part);
    }
  }

  finish(turn: Turn, milliseconds: number): void {
    this.#endAnswer();
    const { response, suggestions, usage, cost } = turn;
    if (!this.#output.isTerminal && response !== undefined) {
      this.#output.line(shownInLine(formatResponse(response)));
    }
    const choices = suggestions.map((text, index) => `${index + 1} ${formatInLine(text)}`);
    const figures = [formatTime(milliseconds), formatUsage(usage, cost)];
    this.#note(fill(choices.join("   "), figures.filter((text) => text !== "").join(", ")));
  }

  fail(): void {
    this.#endAnswer();
  }

  #showEvent(event: SessionEvent): void {
    switch (event.type) {
      case "decision":
        this.#showDecision(event);
        break;
      case "moved":
        this.#note(`→ ${shownInLine(event.to)}`);
        break;
      case "tool_started":
        this.#started.set(event.callKey, event.time);
        break;
      case "tool_finished":
        this.#showResult(event);
        break;
      case "error":
        this.#voidAnswer(`refused: ${formatInLine(`${event.path} ${event.message}`.trim())}`);
        break;
      case "summary":
        this.#note("older messages were replaced by a summary");
        break;
    }
  }

  #showDecision({ decision }: SessionEvent<"decision">): void {
    if (decision.action === "TOOL_CALL") this.#calls = decision.calls;
    const isAnswer = decision.action === "RESPOND" || decision.action === "END";
    if (isAnswer && this.#answer === undefined && decision.response !== undefined) {
      this.#addToAnswer(formatResponse(decision.response));
    }
    this.#endAnswer();
    if (!this.isTraced) return;
    for (const thought of decision.reasoning ?? []) this.#note(`thinks: ${shown(thought)}`);
  }

  #showResult(event: SessionEvent<"tool_finished">): void {
    const { callKey, call, tool, outcome, text, time } = event;
    // A call of an earlier process has a decision that was not shown here.
    const args = event.args ?? this.#calls[call]?.args;
    const since = this.#started.get(callKey);
    const name = args === undefined ? shownInLine(tool) : formatCall(tool, args);
    const line = name + RELATIONS[outcome] + formatInLine(text);
    this.#note(fill(line, since === undefined ? "" : formatTime(time - since)));
  }

  #addToAnswer(text: string): void {
    // A file receives whole answers, one per line.
    if (!this.#output.isTerminal) return;
    if (this.#answer === undefined) {
      this.#answer = new ShownStream();
      this.#output.prompt(`${this.#output.paint("bold", shownInLine(this.#name), 2)}: `);
    }
    this.#output.write(this.#answer.push(text));
  }

  #endAnswer(): void {
    if (this.#answer === undefined) return;
    this.#output.line(this.#answer.end());
    this.#answer = undefined;
  }

  /** Prints that the text so far is void. */
  #voidAnswer(reason: string): void {
    this.#endAnswer();
    this.#note(reason);
  }

  #note(text: string): void {
    if (text === "") return;
    this.#output.note(this.#output.paint("grey", `  ${text.replaceAll("\n", "\n  ")}`, 2));
  }
}

/** Returns a line with a figure at its end. */
function fill(line: string, figure: string): string {
  if (figure === "") return line;
  return line === "" ? figure : `${line.padEnd(WIDTH)}  ${figure}`;
}
