/**
 * Descriptions of what an agent does, and comparison with what it did.
 *
 * @module
 */
import { ConfigError, quote, RunError } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { answerText } from "../scenario/conversation.ts";
import { printable } from "../text.ts";
import { toolOfCall } from "./trajectory_source.ts";
import { isSameJson } from "../json_difference.ts";

/** The arguments of a call: all of them, as the model gave them, or a function that accepts them. */
export type ArgsMatch =
  | Readonly<Record<string, unknown>>
  | ((args: Readonly<Record<string, unknown>>) => boolean);

/**
 * An answer: its whole text, an expression that finds something in it, or a
 * function that accepts it. A structured answer has JSON for its text.
 */
export type AnswerMatch = string | RegExp | ((text: string, response: unknown) => boolean);

/** One thing that an agent does, or a person about its calls; a call has any arguments if it names none. */
export type TrajectoryStep<StepId extends string = string> =
  | { readonly called: string; readonly with?: ArgsMatch }
  | { readonly moved: readonly [from: StepId, to: StepId] }
  | { readonly answered: AnswerMatch }
  | { readonly ended: true }
  | { readonly asked: string }
  | { readonly approved: string }
  | { readonly denied: string }
  | { readonly settled: string };

/** One thing that an agent did. An answer has its text, and the response as it was. */
export type TakenStep = TrajectoryStep & { readonly response?: unknown };

/** Every kind of step in words, by the key that tells it. */
const KINDS: Readonly<Record<string, string>> = {
  called: "a call of",
  moved: "a move",
  answered: "the answer",
  ended: "the end of the session",
  asked: "a question about",
  approved: "an approval of",
  denied: "a denial of",
  settled: "a settlement of",
};

/** Returns the kind of a step, and what it says of it. */
function partsOf(step: TrajectoryStep): readonly [kind: string, value: unknown] {
  const found = Object.entries(step).find(([key]) => Object.hasOwn(KINDS, key));
  if (found !== undefined) return found;
  throw new ConfigError(
    `Cannot look for ${quote(step)}: expected { called }, { moved }, { answered }, { ended }, ` +
      "{ asked }, { approved }, { denied } or { settled }",
  );
}

/** Lists what an agent did, in order. A call counts where the model decided it. */
export function takenSteps(events: readonly SessionEvent[]): TakenStep[] {
  return events.flatMap((event): TakenStep[] => {
    switch (event.type) {
      case "moved":
        return [{ moved: [event.from, event.to] }];
      case "ended":
        return [{ ended: true }];
      case "approval_requested":
        return [{ asked: event.tool }];
      case "approval_given":
        return [{ [event.verdict]: toolOfCall(event.callKey, events) } as unknown as TakenStep];
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
 * Returns true if what was done is what is described.
 *
 * @throws {ConfigError} if it describes nothing.
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

/** A description in words. */
export function describeStep(step: TrajectoryStep): string {
  const [kind, value] = partsOf(step);
  if ("moved" in step) return `${KINDS.moved} ${step.moved.map(quote).join(" → ")}`;
  if ("ended" in step) return KINDS.ended!;
  if ("answered" in step) {
    const { answered } = step;
    if (answered instanceof RegExp) return `an answer that matches ${answered}`;
    return typeof answered === "function"
      ? `an answer that ${printable(String(answered), MAX_SHOWN)} accepts`
      : `${KINDS.answered} ${printable(quote(answered), MAX_SHOWN)}`;
  }
  const lead = `${KINDS[kind]} ${quote(value)}`;
  if (!("called" in step) || step.with === undefined) return lead;
  return typeof step.with === "function"
    ? `${lead} with arguments that ${printable(String(step.with), MAX_SHOWN)} accepts`
    : `${lead} with ${printable(JSON.stringify(step.with), MAX_SHOWN)}`;
}

/** Maximum number of characters shown of expected arguments and functions. */
const MAX_SHOWN = 200;

function matchesAnswer(text: string, response: unknown, match: AnswerMatch): boolean {
  if (typeof match === "string") return text === match;
  // Unlike `test`, `search` does not depend on where the expression looked last.
  return typeof match === "function" ? match(text, response) : text.search(match) >= 0;
}

/** A session did not do what was expected of it. The message ends with the transcript. */
export class TrajectoryError extends RunError {
  /** `"TRAJECTORY_UNEXPECTED"` */
  readonly code = "TRAJECTORY_UNEXPECTED";
  /** The expectation that was not met. */
  readonly expectation: string;
  /** The transcript of what happened instead. */
  readonly transcript: string;

  /** Makes the error from what was expected and what happened. */
  constructor(expectation: string, transcript: string) {
    super(`${expectation}:\n\n${transcript}`);
    this.expectation = expectation;
    this.transcript = transcript;
  }
}
