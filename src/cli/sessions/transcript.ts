/**
 * Conversation of a session as lines, with the sequence numbers at which it can be forked.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import { areJoined } from "../../history/cut.ts";
import type { SessionEvent } from "../../history/event.ts";
import { RELATIONS } from "../../testing/trajectory/transcript_text.ts";
import { formatArguments, formatResponse } from "../terminal/format.ts";

/** Line of a transcript. Its text may have line feeds and unsafe characters. */
export interface TranscriptLine {
  /** Number that `fork --at` takes to cut before this line; undefined if no cut is possible there. */
  readonly at?: number;
  readonly text: string;
}

/** Returns the lines of a conversation. */
export function transcribe(
  events: readonly SessionEvent[],
  agent: string,
): readonly TranscriptLine[] {
  const lines: TranscriptLine[] = [];
  const calls = new CallNames();
  let at: number | undefined;
  for (const [index, event] of events.entries()) {
    const isCut = index === 0 || !areJoined(events[index - 1]!, event);
    if (isCut) at ??= event.seq;
    calls.add(event);
    for (const text of describe(event, agent, calls)) {
      lines.push({ ...at !== undefined && { at }, text });
      at = undefined;
    }
  }
  return lines;
}

/** Calls of a log by their keys and places. */
class CallNames {
  /** Calls of the last decision. */
  #calls: readonly { readonly tool: string; readonly args: Readonly<Record<string, unknown>> }[] =
    [];
  /** Calls that a person was asked about. */
  readonly #asked = new Map<string, string>();

  add(event: SessionEvent): void {
    if (event.type === "decision") {
      this.#calls = event.decision.action === "TOOL_CALL" ? event.decision.calls : [];
    } else if (event.type === "approval_requested") {
      this.#asked.set(event.callKey, formatWholeCall(event.tool, event.args));
    }
  }

  /** Returns the call that was finished. */
  finished({ call, callKey, tool, args }: SessionEvent<"tool_finished">): string {
    const decided = this.#calls[call];
    if (args === undefined && decided?.tool !== tool) return this.asked(callKey, tool);
    return formatWholeCall(tool, args ?? decided!.args);
  }

  /** Returns a call that a person was asked about. */
  asked(callKey: string, tool = "a call"): string {
    return this.#asked.get(callKey) ?? tool;
  }
}

/** Describes an event; no lines for one that another event describes. */
function describe(event: SessionEvent, agent: string, calls: CallNames): readonly string[] {
  switch (event.type) {
    case "user":
      return [`You: ${event.text}`];
    case "decision":
      return describeAnswer(event.decision, agent);
    case "moved":
      return [`→ ${event.to}`];
    case "tool_finished":
      return [calls.finished(event) + RELATIONS[event.outcome] + event.text];
    case "approval_requested":
      return [
        `? ${calls.asked(event.callKey)} ` +
        (event.reason === "unknown" ? "began, and its end is not known" : "needs your approval"),
      ];
    case "approval_given": {
      const args = event.args === undefined ? "" : `, with ${JSON.stringify(event.args)}`;
      const text = event.text === undefined ? "" : `: ${event.text}`;
      return [`${event.verdict}: ${calls.asked(event.callKey)}${args}${text}`];
    }
    case "error":
      return [`refused${event.path === "" ? "" : ` at ${event.path}`}: ${event.message}`];
    case "model_failed":
      return [`the model failed: ${event.code}`];
    case "summary":
      return [
        event.text === undefined ? "older events left the requests" : `summary: ${event.text}`,
      ];
    case "respond_only":
      return [`asked to answer now: ${event.reason}`];
    case "limit":
      return [`limited: ${event.option ?? event.reason}`];
    case "ended":
      return ["ended"];
    case "data_set":
      return [`data: ${JSON.stringify(event.data)}`];
    case "tool_suspended":
      return event.isWaiting ? [] : [`${event.tool} stopped before it had a result`];
    case "embedded":
    case "tool_started":
    case "tool_deferred":
      return [];
    default:
      return event satisfies never;
  }
}

function describeAnswer(decision: Decision, agent: string): readonly string[] {
  if (!("response" in decision) || decision.response === undefined) return [];
  const text = formatResponse(decision.response);
  const { suggestions = [] } = decision as { readonly suggestions?: readonly string[] };
  return [`${agent}: ${text}`, ...suggestions.length > 0 ? [`  ${suggestions.join(" | ")}`] : []];
}

/** Formats a call with all of its arguments, however long they are. */
function formatWholeCall(tool: string, args: Readonly<Record<string, unknown>>): string {
  return `${tool}(${formatArguments(args)})`;
}
