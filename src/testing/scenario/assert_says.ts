/**
 * Assertion about what an agent says, made by a model.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { LLM } from "../../llm/llm.ts";
import { escapeHidden } from "../text.ts";
import type { TrajectorySource } from "../trajectory/trajectory_source.ts";
import { TrajectoryError } from "../trajectory/trajectory_step.ts";
import { transcriptText } from "../trajectory/transcript_text.ts";
import { judge, type JudgeOptions, type JudgeVerdict } from "./judge.ts";

/** Maximum length of the reason in an error message, in characters. A model wrote it. */
const MAX_REASON = 1000;

/**
 * Asserts that a turn, a session or a scenario meets an expectation. A model decides, as a
 * {@linkcode judge} does; it reads tool calls and their arguments too.
 *
 * @param expectation Expectation in words, for example `"Names the three drinks"`.
 * @param llm Model that judges. Use another one than the agent's.
 * @returns The verdict, with the score.
 * @throws {TrajectoryError} with the expectation, the reason and the transcript, if the score is
 *   below the threshold.
 * @throws {LLMError} if the model fails or returns no valid verdict.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM, raw } from "@nomos/agent";
 * import { assertSays } from "@nomos/agent/testing";
 *
 * // Both models are scripted here. In a real test, they are real models.
 * const judging = new MockLLM([raw({ reason: "It names all three", score: 1 })]);
 * const llm = new MockLLM([decide.respond("We have espresso, latte and mocha")]);
 * const steps = { greet: { description: "Greet them" } };
 * const agent = new Agent({ name: "barista", llm, start: "greet", steps });
 * const turn = await agent.createSession().next("What do you have?");
 * await assertSays(turn, "Names the three drinks", judging);
 * ```
 */
export async function assertSays(
  source: TrajectorySource,
  expectation: string,
  llm: LLM,
  options: JudgeOptions = {},
): Promise<JudgeVerdict> {
  const verdict = await judge(llm, expectation, options)(source);
  if (verdict.passed) return verdict;
  const { score, reason } = verdict;
  throw new TrajectoryError(
    `Expected of the agent: ${quote(expectation)}: the judge ${quote(llm.name)} scored ${score}: ` +
      escapeHidden(reason, MAX_REASON),
    transcriptText(source),
  );
}
