/**
 * Player of fuzz cases.
 *
 * @module
 */
import { AgentError, quote } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { State } from "../../history/state.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { checkOptions } from "../../llm/option_rules.ts";
import { seededRandom } from "../../random.ts";
import { createSession } from "../../session/create_session.ts";
import type { Session } from "../../session/session.ts";
import type { ToolContext } from "../../tool/tool_context.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import type { TurnOptions } from "../../turn/turn_options.ts";
import { PathChecks, type PathProblem } from "../play/path_checks.ts";
import { playedCore, requireCore } from "../play/played_core.ts";
import { SAMPLE_RULES, SampledValues, type SampleOptions } from "../play/sampled_values.ts";
import { describeThrown } from "../text.ts";
import { type ExpectRefusal, FUZZ_VERDICTS, TOOL_BEHAVIOURS } from "./behaviours.ts";
import { CaseModel } from "./case_model.ts";
import type { FuzzCase, FuzzTurn, ToolBehaviour } from "./fuzz_case.ts";

/**
 * Plays a case that `fuzz()` printed, for a regression test.
 *
 * @param agent The agent to check.
 * @param fuzzCase The case to play.
 * @param options The samples that were passed to `fuzz()`.
 * @returns The failed checks; empty if all passed.
 * @throws {ConfigError} if `agent` is not an agent.
 *
 * @example
 * ```ts
 * import { Agent, MockLLM } from "@nomos/agent";
 * import { playFuzzCase } from "@nomos/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "robust",
 *   llm: new MockLLM(),
 *   start: "talk",
 *   steps: { talk: { description: "Talk" } },
 * });
 * const outputs = [{ kind: "raw", output: "Sure! {" }] as const;
 * assertEquals(await playFuzzCase(agent, { turns: [{ input: "Hi", outputs, tools: [] }] }), []);
 * ```
 */
export async function playFuzzCase(
  agent: object,
  fuzzCase: FuzzCase,
  options: SampleOptions = {},
): Promise<readonly PathProblem[]> {
  const core = requireCore(agent, "play a case with");
  checkOptions(`play a case with agent ${quote(core.name)}`, options, SAMPLE_RULES);
  const values = await SampledValues.of(core, options, seededRandom(1), "fuzz");
  return await new CasePlayer(core, values).play(fuzzCase);
}

/** Plays one case at a time. */
export class CasePlayer {
  readonly #values: SampledValues;
  readonly #model: CaseModel;
  readonly #core: AgentCore;
  readonly #checks: PathChecks;
  #case: FuzzCase = { turns: [] };
  #session!: Session;
  #turn: FuzzTurn = { outputs: [], tools: [] };
  #tools: ToolBehaviour[] = [];
  #controller = new AbortController();
  /** Number of events at the start of the turn. */
  #from = 0;
  /** Number of events at the time of the last illegal output. */
  #illegalAt: number | undefined;
  /** JSON of the state at the crash. Anything the session does after that is ignored. */
  #stateAtCrash: string | undefined;

  /** Creates a player for one agent. */
  constructor(core: AgentCore, values: SampledValues) {
    this.#values = values;
    this.#model = new CaseModel(values, {
      onRequest: (request) => {
        if (this.#stateAtCrash !== undefined) return;
        this.#checkRefusal();
        this.#checks.checkRequest(request);
        this.#checks.checkLimits("model", this.#events, this.#from);
      },
      onIllegal: () => this.#illegalAt = this.#events.length,
      onHang: () => this.#controller.abort(),
    }, core.maxOutputChars);
    this.#core = playedCore(core, {
      llm: this.#model,
      given: values.given,
      // All guards are open, so that refusals come from the schema alone.
      isOpen: () => true,
      needsApproval: () => this.#needsApproval,
      callTool: (tool, args, context) => this.#callTool(tool, args, context),
      whenUnknown: (tool, args, context) => this.#callTool(tool, args, context, true),
      onEvent: (event) => this.#onEvent(event),
    });
    this.#checks = new PathChecks(this.#core, () => this.#needsApproval);
  }

  /** Plays a case in a new session and returns the failed checks. */
  async play(fuzzCase: FuzzCase): Promise<readonly PathProblem[]> {
    this.#case = fuzzCase;
    this.#illegalAt = undefined;
    this.#checks.begin(fuzzCase.limits);
    this.#startSession(undefined);
    for (const turn of fuzzCase.turns) {
      await this.#playTurn(turn);
      if (this.#session.status === "ended" || this.#checks.problems.length > 0) break;
    }
    this.#checks.checkHistory(this.#session.state);
    return this.#checks.problems;
  }

  /** Creates a new session, or one that continues from a state. */
  #startSession(state: State | undefined): void {
    const { limits } = this.#case;
    this.#stateAtCrash = undefined;
    this.#session = createSession(this.#core, {
      ...(state === undefined ? { id: "fuzzed" } : { state }),
      ...this.#values.session,
      ...(limits !== undefined && { limits }),
    });
  }

  get #events(): readonly SessionEvent[] {
    return this.#session.state.events;
  }

  get #needsApproval(): boolean {
    return this.#turn.needsApproval ?? true;
  }

  async #playTurn(turn: FuzzTurn): Promise<void> {
    this.#turn = turn;
    this.#tools = [...turn.tools];
    this.#controller = new AbortController();
    this.#from = this.#events.length;
    this.#model.beginTurn(turn, this.#case.chunkLength);
    this.#checks.deltas.begin();
    if (turn.abortAfter === 0) this.#controller.abort();
    try {
      await this.#takeTurn(turn);
      if (this.#model.isFailing && !this.#controller.signal.aborted) {
        const problem = "the model failed, but the turn did not throw: expected an LLMError";
        this.#checks.report("error", problem);
      }
    } catch (error) {
      const { isFailing, isTooLong } = this.#model;
      const isPlanned = error instanceof LLMError && (isFailing || isTooLong);
      if (!isPlanned) this.#checks.report("error", `${describeThrown(error)}: expected no error`);
    }
    if (this.#session.status === "running") {
      this.#checks.report("turn", "the turn is still running: expected it to end");
    }
    this.#checkRefusal();
    if (this.#stateAtCrash === undefined) return;
    this.#checks.continueElsewhere();
    this.#startSession(JSON.parse(this.#stateAtCrash));
  }

  async #takeTurn(turn: FuzzTurn): Promise<void> {
    const session = this.#session;
    const { stopAfter, verdict, isResumed, input: text = "" } = turn;
    const { approvals, status } = session;
    const options: TurnOptions = {
      signal: this.#controller.signal,
      ...(stopAfter && { stopAfter }),
    };
    if (verdict !== undefined && approvals.length > 0) {
      const pending = approvals[(turn.call ?? 0) % approvals.length]!;
      const expectRefusal: ExpectRefusal = (code, run) => this.#expectRefusal(code, run);
      await FUZZ_VERDICTS[verdict]({ session, pending, text, options, expectRefusal });
    } else if (isResumed && status === "needs_approval") {
      await this.#expectRefusal("SESSION_WAITING", () => session.resume(options));
    } else if (isResumed && (status === "interrupted" || status === "limited")) {
      await session.resume(options);
    } else await this.#readStream(session.stream(turn.input, options), turn);
  }

  async #readStream(stream: ReturnType<Session["stream"]>, turn: FuzzTurn): Promise<void> {
    let events = 0;
    for await (const part of stream) {
      if (this.#case.chunkLength !== undefined) {
        this.#checks.deltas.add(part, this.#model.lastOutput);
      }
      if (!("seq" in part)) continue;
      events++;
      if (events === turn.breakAfter) break;
      if (turn.isDoubled && events === 1) {
        await this.#expectRefusal("SESSION_BUSY", () => this.#session.next("A second one"));
      }
    }
  }

  /** Checks the state after a commit. Commits after a simulated crash are ignored. */
  #onEvent({ seq, type }: SessionEvent): void {
    if (this.#stateAtCrash !== undefined) return;
    if (type === "summary") this.#checks.summarize();
    this.#checks.checkState(this.#session);
    const count = seq - this.#from + 1;
    if (count === this.#turn.abortAfter) this.#controller.abort();
    if (count === this.#turn.diesAfter) this.#crash();
  }

  #crash(): void {
    this.#stateAtCrash = JSON.stringify(this.#session.state);
    // Aborts later, so that work that the process was about to start does start.
    queueMicrotask(() => this.#controller.abort());
  }

  /** Checks that a call is refused with an error code and leaves no events. */
  async #expectRefusal(code: string, run: () => Promise<unknown>): Promise<void> {
    const { length } = this.#events;
    try {
      await run();
      this.#checks.report("turn", `nothing was thrown: expected an error with code ${code}`);
    } catch (error) {
      if (!(error instanceof AgentError && error.code === code)) {
        const expected = `expected an error with code ${code}`;
        this.#checks.report("error", `${describeThrown(error)}: ${expected}`);
      }
    }
    if (this.#events.length !== length) {
      this.#checks.report("turn", `a call refused with ${code} left events: expected none`);
    }
  }

  /** Checks that the last illegal output did not become a decision. */
  #checkRefusal(): void {
    if (this.#illegalAt === undefined) return;
    const event = this.#events[this.#illegalAt];
    this.#illegalAt = undefined;
    if (event?.type !== "decision") return;
    const made = JSON.stringify(event.decision);
    this.#checks.report("decision", `an illegal output became ${made}: expected a refusal`);
  }

  #callTool(tool: string, args: unknown, { callKey }: ToolContext, isRecovery = false): unknown {
    // The process crashed before, so this call never happened.
    if (this.#stateAtCrash !== undefined) return new Promise(() => {});
    if (isRecovery) this.#checks.calls.checkRecovery(callKey);
    else {
      this.#checks.calls.checkRun(callKey);
      this.#checks.checkLimits("tool", this.#events, this.#from);
    }
    return TOOL_BEHAVIOURS[this.#tools.shift() ?? "result"]({
      tool,
      args,
      result: this.#values.resultOf(tool),
      abort: () => this.#controller.abort(),
      crash: () => this.#crash(),
    });
  }
}
