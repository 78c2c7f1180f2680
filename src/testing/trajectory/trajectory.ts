/**
 * Assertions about the trajectory of an agent: its calls, moves and answers.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { CheckVerdict } from "../check.ts";
import { eventsOf, type TrajectorySource } from "./trajectory_source.ts";
import {
  type AnswerMatch,
  type ArgsMatch,
  describeStep,
  listTakenSteps,
  matchesStep,
  type TakenStep,
  TrajectoryError,
  type TrajectoryStep,
} from "./trajectory_step.ts";
import { transcriptText } from "./transcript_text.ts";

/** The assertions that can be negated by `never`. */
export type TrajectoryAssertions<StepId extends string = string> = Omit<
  Trajectory<StepId>,
  "inOrder" | "never" | "passed"
>;

/**
 * Trajectory of an agent, for assertions. Returned by {@linkcode trajectoryOf}.
 * Each assertion returns the trajectory, so assertions can be chained, and a check
 * of a scenario can return it as its verdict.
 */
export class Trajectory<StepId extends string = string> implements CheckVerdict {
  /** Always true, because failed assertions throw. */
  readonly passed = true;
  readonly #events: readonly SessionEvent[];
  readonly #taken: readonly TakenStep[];
  /** The original trajectory, if this one negates its next assertion. */
  #opposite: Trajectory<StepId> | undefined;

  /** Reads the current events of the source. */
  constructor(source: TrajectorySource<StepId>) {
    this.#events = eventsOf(source);
    this.#taken = listTakenSteps(this.#events);
  }

  /** Negates the next assertion. */
  get never(): TrajectoryAssertions<StepId> {
    const never = new Trajectory<StepId>({ events: this.#events });
    never.#opposite = this;
    return never;
  }

  /**
   * Asserts that the session moved from one step to another.
   *
   * @throws {TrajectoryError} if it did not.
   */
  moved(from: StepId, to: StepId): Trajectory<StepId> {
    return this.#expect({ moved: [from, to] });
  }

  /**
   * Asserts that the model decided to call a tool, whatever the outcome.
   *
   * @throws {TrajectoryError} if it did not.
   */
  called(tool: string): Trajectory<StepId> {
    return this.#expect({ called: tool });
  }

  /**
   * Asserts that the model decided to call a tool with exactly these arguments, or
   * with arguments that a function accepts.
   *
   * @throws {TrajectoryError} if it did not.
   */
  calledWith(tool: string, args: ArgsMatch): Trajectory<StepId> {
    return this.#expect({ called: tool, with: args });
  }

  /**
   * Asserts that the agent answered with this text, or with one that a regular
   * expression or a function accepts.
   *
   * @throws {TrajectoryError} if it did not.
   */
  answered(answer: AnswerMatch): Trajectory<StepId> {
    return this.#expect({ answered: answer });
  }

  /**
   * Asserts that the session ended.
   *
   * @throws {TrajectoryError} if it did not.
   */
  ended(): Trajectory<StepId> {
    return this.#expect({ ended: true });
  }

  /**
   * Asserts that a call of a tool waited for a person: for approval, or because a
   * crash left its outcome unknown.
   *
   * @throws {TrajectoryError} if none did.
   */
  asked(tool: string): Trajectory<StepId> {
    return this.#expect({ asked: tool });
  }

  /**
   * Asserts that a person approved a call of a tool, whatever its outcome.
   *
   * @throws {TrajectoryError} if nobody did.
   */
  approved(tool: string): Trajectory<StepId> {
    return this.#expect({ approved: tool });
  }

  /**
   * Asserts that a person denied a call of a tool.
   *
   * @throws {TrajectoryError} if nobody did.
   */
  denied(tool: string): Trajectory<StepId> {
    return this.#expect({ denied: tool });
  }

  /**
   * Asserts that a person settled a call of a tool: supplied its result, so that it
   * did not run.
   *
   * @throws {TrajectoryError} if nobody did.
   */
  settled(tool: string): Trajectory<StepId> {
    return this.#expect({ settled: tool });
  }

  /**
   * Asserts that steps happened in this order. Other steps may lie before, between
   * and after them, unless `strict` is true. Approval requests and verdicts are
   * steps too.
   *
   * @throws {TrajectoryError} if a step is missing, or if `strict` finds another one.
   */
  inOrder(
    steps: readonly TrajectoryStep<StepId>[],
    { strict = false }: {
      /** If true, there must be no other steps. Default: false. */
      readonly strict?: boolean;
    } = {},
  ): this {
    let next = 0;
    for (const [index, step] of steps.entries()) {
      const found = strict ? next : this.#find(step, next);
      const taken = this.#taken[found];
      if (taken === undefined || !matchesStep(taken, step)) {
        const place = `as step ${index + 1} of ${steps.length}`;
        const before = index === 0 ? "" : `, after ${describeStep(steps[index - 1]!)}`;
        const instead = !strict || taken === undefined ? "" : `, found ${describeStep(taken)}`;
        throw this.#unexpected(
          `Cannot find ${describeStep(step)} ${place}${before}${instead}: ` +
            "expected it in the transcript",
        );
      }
      next = found + 1;
    }
    const surplus = this.#taken[next];
    if (strict && surplus !== undefined) {
      throw this.#unexpected(
        `Found ${describeStep(surplus)} after the last of ${steps.length} steps: ` +
          "expected nothing else in the transcript",
      );
    }
    return this;
  }

  #expect(step: TrajectoryStep): Trajectory<StepId> {
    const isFound = this.#find(step, 0) >= 0;
    if (isFound === (this.#opposite === undefined)) return this.#opposite ?? this;
    const what = describeStep(step);
    throw this.#unexpected(
      isFound
        ? `Found ${what}: expected none in the transcript`
        : `Cannot find ${what}: expected it in the transcript`,
    );
  }

  /** Returns the index of the first match at or after `from`; -1 if there is none. */
  #find(step: TrajectoryStep, from: number): number {
    return this.#taken.findIndex((taken, at) => at >= from && matchesStep(taken, step));
  }

  #unexpected(expectation: string): TrajectoryError {
    const transcript = transcriptText({ events: this.#events }, { maxLines: MAX_LINES });
    return new TrajectoryError(expectation, transcript);
  }
}

/** Maximum number of lines of the transcript in an error message. */
const MAX_LINES = 100;

/**
 * Returns the trajectory of a turn, a session or a scenario, for assertions about
 * what the agent did. A failed assertion throws an error with the transcript.
 *
 * @throws {ConfigError} if the source has no events, for example a turn that was not awaited.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
 * import { trajectoryOf } from "@nomos/agent/testing";
 * import * as v from "valibot";
 *
 * const add = new Tool({
 *   name: "add",
 *   description: "Put a drink into the cart",
 *   args: v.object({ drink: v.string() }),
 *   run: ({ drink }) => `${drink} added`,
 * });
 * const agent = new Agent({
 *   name: "barista",
 *   llm: new MockLLM([
 *     decide.move("order"),
 *     decide.call("add", { drink: "latte" }),
 *     decide.respond("A latte it is"),
 *   ]),
 *   start: "greet",
 *   steps: {
 *     greet: { description: "Greet them", routes: { order: "they want to order" } },
 *     order: { description: "Take the order", tools: [add] },
 *   },
 * });
 * const turn = await agent.createSession().next("A latte, please");
 * trajectoryOf(turn)
 *   .moved("greet", "order")
 *   .calledWith("add", { drink: "latte" })
 *   .never.called("refund")
 *   .inOrder([{ called: "add" }, { answered: /latte/ }]);
 * ```
 */
export function trajectoryOf<StepId extends string = string>(
  source: TrajectorySource<StepId>,
): Trajectory<StepId> {
  return new Trajectory(source);
}
