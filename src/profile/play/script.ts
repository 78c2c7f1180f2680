/**
 * Scripts: conversations that are written by hand, inputs and decisions.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import { sha256 } from "../../json/text.ts";
import type { LLM, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { MockLLM } from "../../llm/mock_llm.ts";
import type { RawOutput } from "../../llm/mock_script.ts";

/** One input of a script, and the decisions of the model that follow it. */
export interface ScriptTurn {
  /** Input of the user. Absent: the model speaks first. */
  readonly input?: string;
  /**
   * Decisions, in order. After the last one, an automatic mock with seed 1 plays the rest of the
   * turn, and so it plays agents that run as tools. Default: none.
   */
  readonly decisions?: readonly (Decision | RawOutput)[];
}

/** Conversation that is played: the inputs of a user, and the decisions of a model. */
export type ConversationScript = readonly ScriptTurn[];

/** Returns the SHA-256 of a script, by which two plays are comparable. */
export function hashScript(script: ConversationScript): Promise<string> {
  return sha256(JSON.stringify(script));
}

/** Model that plays a script, and what the script leaves open by itself. */
export class ScriptModel implements LLM {
  readonly name = "script";
  /** Session that the script is for; others are played automatically. */
  session: string | undefined;
  #left: (Decision | RawOutput)[] = [];
  readonly #auto = MockLLM.auto({ seed: 1 });

  /** Starts a turn of the script. */
  beginTurn({ decisions = [] }: ScriptTurn): void {
    this.#left = [...decisions];
  }

  async decide(request: LLMRequest): Promise<LLMResult> {
    const isScripted = request.legal !== undefined && request.sessionId === this.session;
    const next = isScripted ? this.#left.shift() : undefined;
    return next === undefined
      ? await this.#auto.decide(request)
      : await new MockLLM([next]).decide(request);
  }

  embed(texts: readonly string[]): Promise<number[][]> {
    return this.#auto.embed(texts);
  }
}
