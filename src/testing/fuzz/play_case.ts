/**
 * Playing one fuzz case against an agent.
 *
 * @module
 */
import type { AgentCore } from "../../agent_core.ts";
import { createSession } from "../../create_session.ts";
import { AgentError, FallbackError, reasonOf } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import type { LLM, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { wireOutput } from "../../llm/wire_output.ts";
import { seededRandom } from "../../random.ts";
import type { Session } from "../../session.ts";
import type { ToolContext } from "../../tool/tool_context.ts";
import type { FuzzCase, FuzzOutput, FuzzTurn, ToolBehaviour } from "./fuzz_case.ts";
import { openMoves } from "../explore/move.ts";
import { PathChecks, type PathProblem } from "../explore/path_checks.ts";
import { coreToPlay, playedCore, type Player } from "../explore/played_core.ts";
import { type Sampled, type SampleOptions, sampleValues } from "../explore/sampled_values.ts";

/** A model that was told to fail. */
class PlannedFailure extends Error {}

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
  const values = await sampleValues(core, options, seededRandom(1));
  return await new CasePlayer(core, values).play(fuzzCase);
}

/** Plays cases, one after another. */
export class CasePlayer implements Player {
  readonly llm: LLM = { name: "fuzz", decide: (request) => this.#decide(request) };
  readonly #stage: AgentCore;
  readonly #values: Sampled;
  readonly #checks: PathChecks;
  #outputs: FuzzOutput[] = [];
  #tools: ToolBehaviour[] = [];
  #controller: AbortController | undefined;
  #session: Session | undefined;
  /** Where the log stood when the model said what must be refused. */
  #refusedAt: number | undefined;
  /** The calls that ran in this session. */
  readonly #ran = new Set<string>();

  /** For one agent. */
  constructor(core: AgentCore, values: Sampled) {
    this.#values = values;
    this.#stage = playedCore(core, this);
    this.#checks = new PathChecks(this.#stage);
  }

  /** Guards let everything pass: what is refused then is refused by the schema. */
  isOpen(): boolean {
    return true;
  }

  /** Plays a case in a session of its own, and gives what was wrong. */
  async play({ turns }: FuzzCase): Promise<readonly PathProblem[]> {
    this.#checks.begin();
    this.#ran.clear();
    const session = this.#session = createSession(this.#stage, { id: "fuzzed" });
    for (const turn of turns) {
      await this.#playTurn(session, turn);
      if (session.status === "ended" || this.#checks.problems.length > 0) break;
    }
    this.#checks.checkHistory(session.state);
    return this.#checks.problems;
  }

  async #playTurn(session: Session, turn: FuzzTurn): Promise<void> {
    this.#outputs = [...turn.outputs];
    this.#tools = [...turn.tools];
    this.#controller = new AbortController();
    if (turn.abortAfter === 0) this.#controller.abort();
    const { stopAfter } = turn;
    const options = { signal: this.#controller.signal, ...(stopAfter && { stopAfter }) };
    const canResume = session.status === "interrupted" || session.status === "limited";
    try {
      if (turn.isResumed && canResume) await session.resume(options);
      else await this.#watch(session, session.stream(turn.input, options), turn);
    } catch (error) {
      if (!(error instanceof LLMError && error.cause instanceof PlannedFailure)) {
        this.#checks.report("error", describeThrown(error));
      }
    }
    if (session.status === "running") {
      this.#checks.report("turn", "it is still running: expected it to end");
    }
    this.#checks.checkState(session);
    this.#checkRefused();
  }

  /** What is no decision led to none. */
  #checkRefused(): void {
    if (this.#refusedAt === undefined) return;
    const event = this.#session!.state.events[this.#refusedAt];
    this.#refusedAt = undefined;
    if (event?.type !== "decision") return;
    const made = JSON.stringify(event.decision);
    this.#checks.report("decision", `it was read as ${made}: expected it to be refused`);
  }

  async #watch(session: Session, stream: AsyncIterable<unknown>, turn: FuzzTurn): Promise<void> {
    let events = 0;
    for await (const _ of stream) {
      events++;
      this.#checks.checkState(session);
      if (events === turn.abortAfter) this.#controller!.abort();
      if (events === turn.breakAfter) break;
      if (turn.isDoubled && events === 1) await this.#checkBusy(session);
    }
  }

  /** A second turn is refused, and changes nothing. */
  async #checkBusy(session: Session): Promise<void> {
    const { length } = session.state.events;
    try {
      await session.next("A second one");
      this.#checks.report("turn", "a second one ran beside it: expected it to be refused");
    } catch (error) {
      const code = error instanceof AgentError ? error.code : undefined;
      if (code !== "SESSION_BUSY") this.#checks.report("error", describeThrown(error));
    }
    if (session.state.events.length !== length) {
      this.#checks.report("turn", "the refused one left events: expected none");
    }
  }

  async #decide(request: LLMRequest): Promise<LLMResult> {
    this.#checkRefused();
    this.#checks.checkRequest(request);
    await undefined;
    return { output: this.#outputFor(request) };
  }

  #outputFor(request: LLMRequest): unknown {
    const output = this.#outputs.shift() ?? { kind: "legal", pick: 0, text: "That is all" };
    switch (output.kind) {
      case "legal":
        return this.#legal(request, output.pick, output.text);
      case "calls":
        return wireOutput(request, { action: "TOOL_CALL", calls: output.calls }, []);
      case "raw":
        return output.output;
      case "illegal":
        this.#refusedAt = this.#session!.state.events.length;
        return output.output;
      case "huge":
        return "x".repeat(output.characters);
      case "failure":
        throw new PlannedFailure("The model was told to fail");
      default:
        return output satisfies never;
    }
  }

  #legal(request: LLMRequest, place: number, text: string): unknown {
    const { legal, step } = request;
    const moves = openMoves(legal!);
    const move = moves[place % moves.length]!;
    switch (move.kind) {
      case "respond": {
        const isText = this.#stage.graph.steps.get(step!)!.answer === undefined;
        const response = isText ? text : this.#values.answerOf(step!);
        return wireOutput(request, { action: "RESPOND", response }, []);
      }
      case "end":
        return wireOutput(request, { action: "END", response: text }, []);
      case "move":
        return wireOutput(request, { action: "MOVE", step: move.to }, []);
      case "call": {
        const { tool } = move;
        const args = this.#values.argsOf(tool);
        return wireOutput(request, { action: "TOOL_CALL", calls: [{ tool, args }] }, []);
      }
      default:
        return move satisfies never;
    }
  }

  callTool(tool: string, args: unknown, { callKey }: ToolContext): unknown {
    if (this.#ran.has(callKey)) {
      this.#checks.report("history", `call "${callKey}" ran again: expected it to run once`);
    }
    this.#ran.add(callKey);
    const behaviour = this.#tools.shift() ?? "result";
    switch (behaviour) {
      case "result":
        return this.#values.resultOf(tool);
      case "throw":
        throw new Error(`${tool} was told to fail`);
      case "throw undefined":
        throw undefined;
      case "fallback":
        throw new FallbackError("It was told to give up", "Go on without it");
      case "cycle": {
        const cycle: { self?: unknown } = {};
        cycle.self = cycle;
        return cycle;
      }
      case "big integer":
        return { big: 2n ** 80n };
      case "huge text":
        return "y".repeat(1_000_000);
      case "mutate":
        for (const key of Object.keys(args as object)) {
          delete (args as Record<string, unknown>)[key];
        }
        return "changed";
      case "hang":
        queueMicrotask(() => this.#controller?.abort());
        return new Promise(() => {});
      default:
        return behaviour satisfies never;
    }
  }
}

function describeThrown(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  return `${name}: ${reasonOf(error)}: expected no error`;
}
