/**
 * Descriptions of what an agent does, and whether it did so.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { answerText } from "../scenario/conversation.ts";
import { printable } from "./printable.ts";
import { toolOfCall } from "./tool_of_call.ts";
import { isSameJson } from "./same_json.ts";

/** The arguments of a call: all of them, as the model gave them, or a function that accepts them. */
export type ArgsMatch =
  | Readonly<Record<string, unknown>>
  | ((args: Readonly<Record<string, unknown>>) => boolean);

/**
 * An answer: its whole text, an expression that finds something in it, or a
 * function that accepts it. A structured answer has JSON for its text.
 */
export type AnswerMatch = string | RegExp | ((text: string, response: unknown) => boolean);

/** It called a tool. */
export interface CalledStep {
  /** The tool. */
  readonly called: string;
  /** The arguments. Default: any. */
  readonly with?: ArgsMatch;
}

/** It left a step for another. */
export interface MovedStep<StepId extends string = string> {
  /** The step it left, and the one it went to. */
  readonly moved: readonly [from: StepId, to: StepId];
}

/** It answered the user. */
export interface AnsweredStep {
  /** What it said. */
  readonly answered: AnswerMatch;
}

/** It ended the session. */
export interface EndedStep {
  /** Always true. */
  readonly ended: true;
}

/** It asked a person about a call: whether it may run, or what became of it. */
export interface AskedStep {
  /** The tool. */
  readonly asked: string;
}

/** A person allowed a call. */
export interface ApprovedStep {
  /** The tool. */
  readonly approved: string;
}

/** A person did not allow a call. */
export interface DeniedStep {
  /** The tool. */
  readonly denied: string;
}

/** A person said what came of a call. */
export interface SettledStep {
  /** The tool. */
  readonly settled: string;
}

/** One thing that an agent does, or a person about its calls. */
export type TrajectoryStep<StepId extends string = string> =
  | CalledStep
  | MovedStep<StepId>
  | AnsweredStep
  | EndedStep
  | AskedStep
  | ApprovedStep
  | DeniedStep
  | SettledStep;

/** One thing that an agent did. */
export type TakenStep =
  | { readonly called: string; readonly with: Readonly<Record<string, unknown>> }
  | { readonly moved: readonly [from: string, to: string] }
  | { readonly answered: string; readonly response: unknown }
  | { readonly ended: true }
  | AskedStep
  | ApprovedStep
  | DeniedStep
  | SettledStep;

/** What happens between an agent and a person, in words. */
const APPROVALS = {
  asked: "a question about",
  approved: "an approval of",
  denied: "a denial of",
  settled: "a settlement of",
} as const;

/** What an agent did, in order. A call counts where the model decided it. */
export function takenSteps(events: readonly SessionEvent[]): TakenStep[] {
  return events.flatMap((event): TakenStep[] => {
    if (event.type === "moved") return [{ moved: [event.from, event.to] }];
    if (event.type === "ended") return [{ ended: true }];
    if (event.type === "approval_requested") return [{ asked: event.tool }];
    if (event.type === "approval_given") {
      return [{ [event.verdict]: toolOfCall(event.callKey, events) } as unknown as TakenStep];
    }
    if (event.type !== "decision") return [];
    const { decision } = event;
    if (decision.action === "TOOL_CALL") {
      return decision.calls.map(({ tool, args }) => ({ called: tool, with: args }));
    }
    const text = answerText(decision);
    return text === undefined
      ? []
      : [{ answered: text, response: (decision as { readonly response: unknown }).response }];
  });
}

/**
 * Whether what was done is what is described.
 *
 * @throws {ConfigError} if it describes nothing.
 */
export function matchesStep(taken: TakenStep, step: TrajectoryStep): boolean {
  if ("called" in step) {
    return "called" in taken && taken.called === step.called && matchesArgs(taken.with, step.with);
  }
  if ("moved" in step) {
    const [from, to] = step.moved;
    return "moved" in taken && taken.moved[0] === from && taken.moved[1] === to;
  }
  if ("answered" in step) return "answered" in taken && matchesAnswer(taken, step.answered);
  if ("ended" in step) return "ended" in taken;
  const approval = approvalOf(step);
  if (approval !== undefined) {
    const [kind, tool] = approval;
    return kind in taken && approvalOf(taken)?.[1] === tool;
  }
  throw new ConfigError(
    `Cannot look for ${quote(step)}: expected { called }, { moved }, { answered }, { ended }, ` +
      "{ asked }, { approved }, { denied } or { settled }",
  );
}

/** A description in words. */
export function describeStep(step: TrajectoryStep | TakenStep): string {
  if ("called" in step) {
    const { with: args } = step;
    const lead = `a call of ${quote(step.called)}`;
    if (args === undefined) return lead;
    return typeof args === "function"
      ? `${lead} with arguments that ${describeFunction(args)} accepts`
      : `${lead} with ${printable(JSON.stringify(args), MAX_SHOWN)}`;
  }
  if ("moved" in step) return `a move ${step.moved.map(quote).join(" → ")}`;
  if ("ended" in step) return "the end of the session";
  const approval = approvalOf(step);
  if (approval !== undefined) return `${APPROVALS[approval[0]]} ${quote(approval[1])}`;
  const { answered } = step as AnsweredStep;
  if (typeof answered === "string") return `the answer ${printable(quote(answered), MAX_SHOWN)}`;
  return typeof answered === "function"
    ? `an answer that ${describeFunction(answered)} accepts`
    : `an answer that matches ${answered}`;
}

/** What a description says of a person and a tool; undefined if it is of something else. */
function approvalOf(
  step: TrajectoryStep | TakenStep,
): readonly [kind: keyof typeof APPROVALS, tool: string] | undefined {
  if ("asked" in step) return ["asked", step.asked];
  if ("approved" in step) return ["approved", step.approved];
  if ("denied" in step) return ["denied", step.denied];
  return "settled" in step ? ["settled", step.settled] : undefined;
}

/** How much of expected arguments and functions is shown, in characters. */
const MAX_SHOWN = 200;

/** The source of a function says best what it accepts. */
function describeFunction(accepts: ArgsMatch | AnswerMatch): string {
  return printable(String(accepts), MAX_SHOWN);
}

function matchesArgs(args: Readonly<Record<string, unknown>>, match: ArgsMatch = ANY): boolean {
  return typeof match === "function" ? match(args) : isSameJson(args, match);
}

const ANY = (): boolean => true;

function matchesAnswer(
  { answered, response }: { readonly answered: string; readonly response: unknown },
  match: AnswerMatch,
): boolean {
  if (typeof match === "string") return answered === match;
  // Unlike `test`, `search` does not depend on where the expression looked last.
  return typeof match === "function" ? match(answered, response) : answered.search(match) >= 0;
}
