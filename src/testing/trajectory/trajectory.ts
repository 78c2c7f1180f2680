/**
 * Assertions about the way that an agent took.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { Verdict } from "../scenario/check.ts";
import { eventsOf, type TrajectorySource } from "./trajectory_source.ts";
import {
  type AnswerMatch,
  type ArgsMatch,
  describeStep,
  matchesStep,
  type TakenStep,
  takenSteps,
  TrajectoryError,
  type TrajectoryStep,
} from "./trajectory_step.ts";
import { transcriptText } from "./transcript_text.ts";

/** What can be asserted to have happened, or never to have happened. */
export type TrajectoryAssertions<StepId extends string = string> = Omit<
  Trajectory<StepId>,
  "inOrder" | "never" | "passed"
>;

/**
 * The way that an agent took; made by {@linkcode trajectoryOf}. Each assertion
 * gives the trajectory again, which a check of a scenario may give for its verdict.
 */
export class Trajectory<StepId extends string = string> implements Verdict {
  /** Always true: an assertion that fails throws. */
  readonly passed = true;
  readonly #events: readonly SessionEvent[];
  readonly #taken: readonly TakenStep[];
  /** The trajectory of which this is the opposite. */
  #opposite: Trajectory<StepId> | undefined;

  /** Reads the events that there are now. */
  constructor(source: TrajectorySource<StepId>) {
    this.#events = eventsOf(source);
    this.#taken = takenSteps(this.#events);
  }

  /** The opposite of the one assertion that follows. */
  get never(): TrajectoryAssertions<StepId> {
    const never = new Trajectory<StepId>({ events: this.#events });
    never.#opposite = this;
    return never;
  }

  /**
   * The session left a step for another.
   *
   * @throws {TrajectoryError} if not.
   */
  moved(from: StepId, to: StepId): Trajectory<StepId> {
    return this.#expect({ moved: [from, to] });
  }

  /**
   * The model decided to call a tool, whatever came of the call.
   *
   * @throws {TrajectoryError} if not.
   */
  called(tool: string): Trajectory<StepId> {
    return this.#expect({ called: tool });
  }

  /**
   * The model decided to call a tool with these arguments and no others, or with
   * ones that a function accepts.
   *
   * @throws {TrajectoryError} if not.
   */
  calledWith(tool: string, args: ArgsMatch): Trajectory<StepId> {
    return this.#expect({ called: tool, with: args });
  }

  /**
   * The agent gave the user an answer of this text, or one that an expression or
   * a function accepts.
   *
   * @throws {TrajectoryError} if not.
   */
  answered(answer: AnswerMatch): Trajectory<StepId> {
    return this.#expect({ answered: answer });
  }

  /**
   * The session ended.
   *
   * @throws {TrajectoryError} if not.
   */
  ended(): Trajectory<StepId> {
    return this.#expect({ ended: true });
  }

  /**
   * A person was asked about a call of a tool: whether it may run, or what became
   * of it when the process died.
   *
   * @throws {TrajectoryError} if not.
   */
  asked(tool: string): Trajectory<StepId> {
    return this.#expect({ asked: tool });
  }

  /**
   * A person allowed a call of a tool, whatever came of it.
   *
   * @throws {TrajectoryError} if not.
   */
  approved(tool: string): Trajectory<StepId> {
    return this.#expect({ approved: tool });
  }

  /**
   * A person did not allow a call of a tool.
   *
   * @throws {TrajectoryError} if not.
   */
  denied(tool: string): Trajectory<StepId> {
    return this.#expect({ denied: tool });
  }

  /**
   * A person said what came of a call of a tool, without its being run.
   *
   * @throws {TrajectoryError} if not.
   */
  settled(tool: string): Trajectory<StepId> {
    return this.#expect({ settled: tool });
  }

  /**
   * All of this happened in this order. Other things may lie before, between and
   * after, unless it is `strict`: then nothing else happened, and persons were
   * asked and decided nothing else.
   *
   * @throws {TrajectoryError} if not.
   */
  inOrder(
    steps: readonly TrajectoryStep<StepId>[],
    { strict = false }: {
      /** Whether nothing else happened. Default: false. */
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
        const instead = !strict || taken === undefined ? "" : `, it was ${describeStep(taken)}`;
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
        ? `Found ${what}: expected it never in the transcript`
        : `Cannot find ${what}: expected it in the transcript`,
    );
  }

  /** The place of the first match from a place on; -1 if there is none. */
  #find(step: TrajectoryStep, from: number): number {
    return this.#taken.findIndex((taken, at) => at >= from && matchesStep(taken, step));
  }

  #unexpected(expectation: string): TrajectoryError {
    const transcript = transcriptText({ events: this.#events }, { maxLines: MAX_LINES });
    return new TrajectoryError(expectation, transcript);
  }
}

/** So many lines of a transcript are shown in an error. */
const MAX_LINES = 100;

/**
 * Begins assertions about what an agent did in a turn, in a session so far, or in
 * a scenario. One that does not hold throws, and shows the transcript.
 *
 * @throws {ConfigError} if the source has no events, as a turn that was not awaited.
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
