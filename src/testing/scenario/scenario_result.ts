/**
 * What came of a scenario.
 *
 * @module
 */
import { quote, RunError } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { Turn } from "../../turn/turn.ts";
import type { CheckOutcome, Verdict } from "./check.ts";
import type { ConversationMessage } from "./conversation.ts";
import type { PlayedScenario, ScenarioEnding } from "./played_scenario.ts";

/** Checks of a scenario failed. The message names them, and ends with the transcript. */
export class ScenarioError extends RunError {
  /** `"SCENARIO_FAILED"` */
  readonly code = "SCENARIO_FAILED";
}

/** What came of a scenario: what was played, and how each check came out. */
export class ScenarioResult<StepId extends string = string>
  implements PlayedScenario<StepId>, Verdict {
  /** What the user wanted. */
  readonly goal: string;
  /** The turns, in order. */
  readonly turns: readonly Turn<StepId>[];
  /** The whole log of the session. */
  readonly events: readonly SessionEvent[];
  /** What was said, by whom. */
  readonly messages: readonly ConversationMessage[];
  /** The events as text, one line each, see `transcriptText`. */
  readonly transcript: string;
  /** Why it was over. */
  readonly ending: ScenarioEnding;
  /** How each check came out, in the order in which they were given. */
  readonly checks: readonly CheckOutcome[];

  /** Made by `scenario`. */
  constructor(played: PlayedScenario<StepId>, checks: readonly CheckOutcome[]) {
    this.goal = played.goal;
    this.turns = played.turns;
    this.events = played.events;
    this.messages = played.messages;
    this.transcript = played.transcript;
    this.ending = played.ending;
    this.checks = checks;
  }

  /** Whether every check passed. */
  get passed(): boolean {
    return this.checks.every(({ passed }) => passed);
  }

  /**
   * Fails if a check did.
   *
   * @throws {ScenarioError} naming the checks that failed, with the transcript.
   */
  assert(): this {
    if (this.passed) return this;
    const { goal, checks, ending, turns, transcript } = this;
    const failed = checks.filter(({ passed }) => !passed);
    const thrown = failed.find(({ error }) => error !== undefined);
    throw new ScenarioError(
      `Cannot pass scenario ${quote(goal)}: ${failed.length} of ${checks.length} checks failed:` +
        `${failed.map(describe).join("")}\n\nIts ending was ${quote(ending)}, ` +
        `after ${turns.length} turns:\n${transcript}`,
      thrown && { cause: thrown.error },
    );
  }
}

function describe({ name, reason, score }: CheckOutcome): string {
  const why = [
    ...(score === undefined ? [] : [`score ${score}`]),
    ...(reason === undefined ? [] : [reason.replaceAll("\n", "\n  ")]),
  ];
  return `\n- ${[name, ...why].join(": ")}`;
}
