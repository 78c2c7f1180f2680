/**
 * Playing one fuzz case against an agent.
 *
 * @module
 */
import { AgentError, reasonOf } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { seededRandom } from "../../random.ts";
import { createSession } from "../../session/create_session.ts";
import type { Session } from "../../session/session.ts";
import type { State } from "../../turn/state.ts";
import type { ToolContext } from "../../tool/tool_context.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import type { TurnOptions } from "../../turn/loop.ts";
import { PathChecks, type PathProblem } from "../play/path_checks.ts";
import { coreToPlay, playedCore } from "../play/played_core.ts";
import { SampledValues, type SampleOptions } from "../play/sampled_values.ts";
import { FUZZ_VERDICTS, type Refuse, TOOL_BEHAVIOURS } from "./behaviours.ts";
import { CaseModel } from "./case_model.ts";
import type { FuzzCase, FuzzTurn, ToolBehaviour } from "./fuzz_case.ts";

/**
 * Plays a case that `fuzz()` printed, for a test that keeps it.
 *
 * @param agent The agent.
 * @param fuzzCase The case.
 * @param options The samples that were given to `fuzz()`.
 * @returns What was wrong; empty if nothing was.
 * @throws {ConfigError} if it is no agent.
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
  const core = coreToPlay(agent, "play a case with");
  const values = await SampledValues.of(core, options, seededRandom(1));
  return await new CasePlayer(core, values).play(fuzzCase);
}

/** Plays cases, one after another. */
export class CasePlayer {
  readonly #values: SampledValues;
  readonly #model: CaseModel;
  readonly #core: AgentCore;
  readonly #checks: PathChecks;
  #case: FuzzCase = { turns: [] };
  #session: Session;
  #turn: FuzzTurn = { outputs: [], tools: [] };
  #tools: ToolBehaviour[] = [];
  #controller = new AbortController();
  /** Number of events when the turn began. */
  #from = 0;
  /** Number of events when the model said what must be refused. */
  #refusedAt: number | undefined;
  /** The state when the process died, as text; what comes after that was not. */
  #left: string | undefined;

  /** Plays cases of one agent. */
  constructor(core: AgentCore, values: SampledValues) {
    this.#values = values;
    this.#model = new CaseModel(values, {
      onRequest: (request) => {
        if (this.#left !== undefined) return;
        this.#checkRefused();
        this.#checks.checkRequest(request);
        this.#checks.usage.check("model", this.#events, this.#from);
      },
      onIllegal: () => this.#refusedAt = this.#events.length,
      onHang: () => this.#controller.abort(),
    });
    this.#core = playedCore(core, {
      llm: this.#model,
      // Guards let everything pass: what is refused then is refused by the schema.
      isOpen: () => true,
      needsApproval: () => this.#needsApproval,
      callTool: (tool, args, context) => this.#callTool(tool, args, context),
      findOut: (tool, args, context) => this.#callTool(tool, args, context, true),
      onEvent: (event) => this.#onEvent(event),
    });
    this.#checks = new PathChecks(this.#core, () => this.#needsApproval);
    this.#session = createSession(this.#core, { id: "fuzzed" });
  }

  /** Plays a case in a session of its own, and returns what was wrong. */
  async play(fuzzCase: FuzzCase): Promise<readonly PathProblem[]> {
    this.#case = fuzzCase;
    this.#refusedAt = undefined;
    this.#checks.begin(fuzzCase.limits);
    this.#begin(undefined);
    for (const turn of fuzzCase.turns) {
      await this.#playTurn(turn);
      if (this.#session.status === "ended" || this.#checks.problems.length > 0) break;
    }
    this.#checks.checkHistory(this.#session.state);
    return this.#checks.problems;
  }

  /** Begins a new session, or one that goes on from a state. */
  #begin(state: State | undefined): void {
    const { limits } = this.#case;
    this.#left = undefined;
    this.#session = createSession(this.#core, {
      ...(state === undefined ? { id: "fuzzed" } : { state }),
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
        const problem = "the model failed and nothing was thrown: expected an LLMError";
        this.#checks.report("error", problem);
      }
    } catch (error) {
      const isPlanned = error instanceof LLMError && this.#model.isFailing;
      if (!isPlanned) this.#checks.report("error", describeThrown(error));
    }
    if (this.#session.status === "running") {
      this.#checks.report("turn", "it is still running: expected it to end");
    }
    this.#checkRefused();
    if (this.#left === undefined) return;
    this.#checks.continueElsewhere();
    this.#begin(JSON.parse(this.#left));
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
      const { callKey } = approvals[(turn.call ?? 0) % approvals.length]!;
      const refuse: Refuse = (code, run) => this.#expectRefusal(code, run);
      await FUZZ_VERDICTS[verdict]({ session, callKey, text, options, refuse });
    } else if (isResumed && status === "needs_approval") {
      await this.#expectRefusal("SESSION_WAITING", () => session.resume(options));
    } else if (isResumed && (status === "interrupted" || status === "limited")) {
      await session.resume(options);
    } else await this.#watch(session.stream(turn.input, options), turn);
  }

  async #watch(stream: ReturnType<Session["stream"]>, turn: FuzzTurn): Promise<void> {
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

  /** An event was committed. A process that died commits nothing any more. */
  #onEvent({ seq }: SessionEvent): void {
    if (this.#left !== undefined) return;
    this.#checks.checkState(this.#session);
    const place = seq - this.#from + 1;
    if (place === this.#turn.abortAfter) this.#controller.abort();
    if (place === this.#turn.diesAfter) this.#die();
  }

  #die(): void {
    this.#left = JSON.stringify(this.#session.state);
    // Later, so that what was about to begin in the dead process would begin.
    queueMicrotask(() => this.#controller.abort());
  }

  /** What is done now must be refused with this code, and change nothing. */
  async #expectRefusal(code: string, run: () => Promise<unknown>): Promise<void> {
    const { length } = this.#events;
    try {
      await run();
      this.#checks.report("turn", `nothing was thrown: expected an error with code ${code}`);
    } catch (error) {
      if (!(error instanceof AgentError && error.code === code)) {
        this.#checks.report("error", `${describeThrown(error)} but one with code ${code}`);
      }
    }
    if (this.#events.length !== length) {
      this.#checks.report("turn", `what was refused with ${code} left events: expected none`);
    }
  }

  /** What is no decision led to none. */
  #checkRefused(): void {
    if (this.#refusedAt === undefined) return;
    const event = this.#events[this.#refusedAt];
    this.#refusedAt = undefined;
    if (event?.type !== "decision") return;
    const made = JSON.stringify(event.decision);
    this.#checks.report("decision", `it was read as ${made}: expected it to be refused`);
  }

  #callTool(tool: string, args: unknown, { callKey }: ToolContext, isFindingOut = false): unknown {
    // The process died before: it was never called.
    if (this.#left !== undefined) return new Promise(() => {});
    if (isFindingOut) this.#checks.calls.checkFindingOut(callKey);
    else {
      this.#checks.calls.checkRun(callKey);
      this.#checks.usage.check("tool", this.#events, this.#from);
    }
    return TOOL_BEHAVIOURS[this.#tools.shift() ?? "result"]({
      tool,
      args,
      result: this.#values.resultOf(tool),
      abort: () => this.#controller.abort(),
      die: () => this.#die(),
    });
  }
}

function describeThrown(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  return `${name}: ${reasonOf(error)}: expected no error`;
}
