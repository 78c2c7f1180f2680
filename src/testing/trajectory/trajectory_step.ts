/**
 * Steps of a trajectory: expected steps, and comparison with those taken.
 *
 * @module
 */
import { ConfigError, quote, RunError } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { answerText } from "../conversation.ts";
import { isSameJson } from "../json_difference.ts";
import { escapeHidden } from "../text.ts";
import { toolOf } from "./trajectory_source.ts";

/** Expected arguments of a call: all arguments as the model wrote them, or a function. */
export type ArgsMatch =
  | Readonly<Record<string, unknown>>
  | ((args: Readonly<Record<string, unknown>>) => boolean);

/**
 * Expected answer: its whole text, a regular expression that matches a part of it,
 * or a function. The text of a structured answer is its JSON.
 */
export type AnswerMatch = string | RegExp | ((text: string, response: unknown) => boolean);

/** Expected step: an action of the agent, or of a person about a call. `with` is optional. */
export type TrajectoryStep<StepId extends string = string> =
  | { readonly called: string; readonly with?: ArgsMatch }
  | { readonly moved: readonly [from: StepId, to: StepId] }
  | { readonly answered: AnswerMatch }
  | { readonly ended: true }
  | { readonly asked: string }
  | { readonly approved: string }
  | { readonly denied: string }
  | { readonly settled: string }
  | { readonly retried: string };

/** Step that was taken. An answer has its text and the original response. */
export type TakenStep = TrajectoryStep & { readonly response?: unknown };

/** Descriptions of the kinds of steps, by discriminating key. */
const KINDS: Readonly<Record<string, string>> = {
  called: "a call of",
  moved: "a move",
  answered: "the answer",
  ended: "the end of the session",
  asked: "an approval request for",
  approved: "an approval of",
  denied: "a denial of",
  settled: "a settlement of",
  retried: "a retry of",
};

/** Returns the kind of a step and its value. */
function partsOf(step: TrajectoryStep): readonly [kind: string, value: unknown] {
  const found = Object.entries(step).find(([key]) => Object.hasOwn(KINDS, key));
  if (found !== undefined) return found;
  throw new ConfigError(
    `Cannot match a step with keys ${quote(Object.keys(step).join(", "))}: ` +
      "expected { called }, { moved }, { answered }, " +
      "{ ended }, { asked }, { approved }, { denied }, { settled } or { retried }",
  );
}

/** Lists the taken steps, in order. A call has the position of its decision. */
export function listTakenSteps(events: readonly SessionEvent[]): TakenStep[] {
  return events.flatMap((event): TakenStep[] => {
    switch (event.type) {
      case "moved":
        return [{ moved: [event.from, event.to] }];
      case "ended":
        return [{ ended: true }];
      case "approval_requested":
        return [{ asked: event.tool }];
      case "approval_given":
        // Nobody acts when a request expires.
        if (event.verdict === "expired") return [];
        return [{ [event.verdict]: toolOf(event.callKey, events) } as unknown as TakenStep];
      case "decision": {
        const { decision } = event;
        if (decision.action === "TOOL_CALL") {
          return decision.calls.map(({ tool, args }) => ({ called: tool, with: args }));
        }
        const answered = answerText(decision);
        if (answered === undefined || !("response" in decision)) return [];
        return [{ answered, response: decision.response }];
      }
      default:
        return [];
    }
  });
}

/**
 * Returns true if a taken step matches an expected one.
 *
 * @throws {ConfigError} if the expected step has no known key.
 */
export function matchesStep(taken: TakenStep, step: TrajectoryStep): boolean {
  const [kind, value] = partsOf(step);
  const [doneKind, done] = partsOf(taken);
  if (doneKind !== kind) return false;
  if ("answered" in step) return matchesAnswer(done as string, taken.response, step.answered);
  if (!isSameJson(done, value)) return false;
  if (!("called" in step) || step.with === undefined) return true;
  const args = "with" in taken ? taken.with as Readonly<Record<string, unknown>> : {};
  return typeof step.with === "function" ? step.with(args) : isSameJson(args, step.with);
}

/** Describes a step in words. */
export function describeStep(step: TrajectoryStep): string {
  const [kind, value] = partsOf(step);
  if ("moved" in step) return `${KINDS.moved} ${step.moved.map(quote).join(" → ")}`;
  if ("ended" in step) return KINDS.ended!;
  if ("answered" in step) {
    const { answered } = step;
    if (answered instanceof RegExp) return `an answer that matches ${answered}`;
    return typeof answered === "function"
      ? `an answer that ${escapeHidden(String(answered), MAX_SHOWN)} accepts`
      : `${KINDS.answered} ${escapeHidden(quote(answered), MAX_SHOWN)}`;
  }
  const lead = `${KINDS[kind]} ${quote(value)}`;
  if (!("called" in step) || step.with === undefined) return lead;
  return typeof step.with === "function"
    ? `${lead} with arguments that ${escapeHidden(String(step.with), MAX_SHOWN)} accepts`
    : `${lead} with ${escapeHidden(JSON.stringify(step.with), MAX_SHOWN)}`;
}

/** Maximum number of characters shown of expected arguments and functions. */
const MAX_SHOWN = 200;

function matchesAnswer(text: string, response: unknown, match: AnswerMatch): boolean {
  if (typeof match === "string") return text === match;
  // Unlike `test`, `search` ignores `lastIndex` of a global expression.
  return typeof match === "function" ? match(text, response) : text.search(match) >= 0;
}

/** Thrown if an assertion about a trajectory fails. The message ends with the transcript. */
export class TrajectoryError extends RunError {
  /** `"TRAJECTORY_UNEXPECTED"` */
  readonly code = "TRAJECTORY_UNEXPECTED";
  /** Expectation that was not met, in words. */
  readonly expectation: string;
  /** Transcript of the session. */
  readonly transcript: string;

  /** Creates the error; the message consists of the expectation and the transcript. */
  constructor(expectation: string, transcript: string) {
    super(`${expectation}:\n\n${transcript}`);
    this.expectation = expectation;
    this.transcript = transcript;
  }
}
