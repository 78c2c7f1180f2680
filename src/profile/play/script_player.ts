/**
 * Player of a script: its model, and its person.
 *
 * @module
 */
import { quote, reasonOf, ToolArgumentsError } from "../../errors.ts";
import type { LLM, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { MockLLMError } from "../../llm/llm_error.ts";
import { MockLLM } from "../../llm/mock_llm.ts";
import type { Session } from "../../session/session.ts";
import { NOT_ALLOWED } from "../../testing/scenario/scenario_people.ts";
import type { CallVerdict } from "../../turn/command.ts";
import type { Turn } from "../../turn/turn.ts";
import {
  isVerdict,
  placeOf,
  type ScriptTurn,
  type ScriptVerdict,
  type TurnEntry,
} from "./script.ts";

/** Entry with its place, for messages. */
interface Placed<Entry> {
  readonly entry: Entry;
  readonly place: string;
}

/** Model and person that play a script, and what the script leaves open by themselves. */
export class ScriptPlayer implements LLM {
  readonly name = "script";
  /** Session that the script is for; others are played automatically. */
  session: string | undefined;
  readonly #isReal: boolean;
  /** Entries of the turn that were not played yet. */
  #left: Placed<TurnEntry>[] = [];
  /** Model that plays the decisions of the turn. */
  #mock = new MockLLM();
  readonly #auto = MockLLM.auto({ seed: 1 });

  /**
   * Creates a player. If `isReal`, another model decides, and only the verdicts of the script are
   * played.
   */
  constructor(isReal = false) {
    this.#isReal = isReal;
  }

  /** Starts a turn of the script, by its number from 1. */
  beginTurn({ decisions = [] }: ScriptTurn, turn: number): void {
    const entries = decisions.map((entry, index) => ({
      entry,
      place: placeOf(entry) ?? `Turn ${turn}, entry ${index + 1}`,
    }));
    this.#mock = new MockLLM();
    this.#left = this.#isReal ? entries.filter(({ entry }) => isVerdict(entry)) : entries;
  }

  async decide(request: LLMRequest): Promise<LLMResult> {
    const isScripted = request.legal !== undefined && request.sessionId === this.session;
    const next = isScripted ? this.#left.shift() : undefined;
    if (next === undefined) return await this.#auto.decide(request);
    const { entry, place } = next;
    if (isVerdict(entry)) throw createVerdictError(entry, place);
    this.#mock.push(entry);
    try {
      return await this.#mock.decide(request);
    } catch (cause) {
      throw new MockLLMError(`${place}: ${reasonOf(cause)}`, { cause });
    }
  }

  embed(texts: readonly string[]): Promise<number[][]> {
    return this.#auto.embed(texts);
  }

  /**
   * Decides about the calls that wait. What the script leaves open is allowed.
   *
   * @throws {MockLLMError} if the tool refuses the arguments of a verdict.
   */
  async decideAll(session: Session): Promise<Turn> {
    const changed: string[] = [];
    const verdicts = session.approvals.map(({ callKey: key, tool, reason }): CallVerdict => {
      if (reason === "unknown") return { key, verdict: "deny", reason: "Its outcome is unknown" };
      const { entry: verdict, place } = this.#takeVerdict(tool) ?? {};
      if (verdict === undefined) return { key, verdict: "approve" };
      if ("deny" in verdict) return { key, verdict: "deny", reason: verdict.reason ?? NOT_ALLOWED };
      if (verdict.args !== undefined) changed.push(place!);
      return { key, verdict: "approve", args: verdict.args };
    });
    try {
      return await session.decideAll(verdicts);
    } catch (cause) {
      if (!(cause instanceof ToolArgumentsError)) throw cause;
      throw new MockLLMError(`${changed.join(", ")}: ${cause.message}`, { cause });
    }
  }

  /**
   * Ends a turn of the script.
   *
   * @throws {MockLLMError} if a verdict is left.
   */
  endTurn(): void {
    if (this.#isReal) return;
    for (const { entry, place } of this.#left) {
      if (isVerdict(entry)) throw createVerdictError(entry, place);
    }
  }

  /** Takes the first verdict about a tool before the next decision. */
  #takeVerdict(tool: string): Placed<ScriptVerdict> | undefined {
    for (const [index, { entry, place }] of this.#left.entries()) {
      if (!isVerdict(entry)) return undefined;
      if (toolOf(entry) !== tool) continue;
      this.#left.splice(index, 1);
      return { entry, place };
    }
    return undefined;
  }
}

function toolOf(verdict: ScriptVerdict): string {
  return "deny" in verdict ? verdict.deny : verdict.approve;
}

function createVerdictError(verdict: ScriptVerdict, place: string): MockLLMError {
  const tool = quote(toolOf(verdict));
  return new MockLLMError(
    `${place}: Cannot play ${JSON.stringify(verdict)}: no call of tool ${tool} waits here: ` +
      "expected a verdict after the decision whose call waits",
  );
}
