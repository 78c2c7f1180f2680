/**
 * The model of a fuzz case: it says what the case says, whole or in pieces.
 *
 * @module
 */
import type { LLM, LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { wireOutput } from "../../llm/wire_output.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { openMoves } from "../explore/move.ts";
import type { Sampled } from "../explore/sampled_values.ts";
import type { FuzzOutput, FuzzTurn, StreamBehaviour } from "./fuzz_case.ts";

/** A model that was told to fail. */
export class PlannedFailure extends Error {}

/** An answer has at most about so many pieces, however long it is. */
const MAX_PIECES = 64;

/** Plays the model, one turn at a time. */
export class CaseModel {
  /** The model where it answers as a whole. */
  readonly whole: LLM = { name: "fuzz", decide: (request) => this.#decide(request) };
  /** The model where it streams. */
  readonly streaming: LLM = { ...this.whole, stream: (request) => this.#stream(request) };
  /** What it said last, before the session read it. */
  lastOutput: unknown;
  /** Whether it was told to fail in this turn, so that the turn may throw. */
  isFailing = false;
  readonly #values: Sampled;
  readonly #onRequest: (request: LLMRequest) => void;
  /** It said what no session must take for a decision. */
  readonly #onIllegal: () => void;
  /** It stopped in the middle of an answer. */
  readonly #onHang: () => void;
  #graph: AgentCore["graph"] | undefined;
  #outputs: FuzzOutput[] = [];
  #streams: StreamBehaviour[] = [];
  #chunkLength = 1;

  /** Makes both models; their graph is told when a case begins. */
  constructor(parts: {
    readonly values: Sampled;
    readonly onRequest: (request: LLMRequest) => void;
    readonly onIllegal: () => void;
    readonly onHang: () => void;
  }) {
    this.#values = parts.values;
    this.#onRequest = parts.onRequest;
    this.#onIllegal = parts.onIllegal;
    this.#onHang = parts.onHang;
  }

  /** Begins a case. */
  begin(graph: AgentCore["graph"], chunkLength = 1): void {
    this.#graph = graph;
    this.#chunkLength = chunkLength;
  }

  /** Begins a turn. */
  beginTurn({ outputs, streams = [] }: FuzzTurn): void {
    this.#outputs = [...outputs];
    this.#streams = [...streams];
    this.isFailing = false;
  }

  async #decide(request: LLMRequest): Promise<LLMResult> {
    this.#onRequest(request);
    await undefined;
    this.lastOutput = this.#outputFor(request);
    return { output: this.lastOutput };
  }

  async *#stream(request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
    const result = await this.#decide(request);
    const { output } = result;
    const behaviour = this.#streams.shift() ?? "result";
    const text = typeof output === "string" ? output : JSON.stringify(output) ?? "";
    const half = text.slice(0, text.length / 2);
    switch (behaviour) {
      case "result":
        yield* this.#pieces(text);
        break;
      case "restart":
        yield* this.#pieces(half);
        yield { type: "restart" };
        yield* this.#pieces(text);
        break;
      case "no result":
        yield* this.#pieces(text);
        this.isFailing = true;
        return;
      case "throw":
        yield* this.#pieces(half);
        throw this.#fail();
      case "hang":
        yield* this.#pieces(half);
        queueMicrotask(this.#onHang);
        return await new Promise(() => {});
      default:
        behaviour satisfies never;
    }
    yield { type: "result", result };
  }

  *#pieces(text: string): Generator<LLMChunk, void, void> {
    const length = Math.max(this.#chunkLength, Math.ceil(text.length / MAX_PIECES));
    for (let at = 0; at < text.length; at += length) {
      yield { type: "text", text: text.slice(at, at + length) };
    }
  }

  #fail(): PlannedFailure {
    this.isFailing = true;
    return new PlannedFailure("The model was told to fail");
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
        this.#onIllegal();
        return output.output;
      case "huge":
        return "x".repeat(output.characters);
      case "failure":
        throw this.#fail();
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
        const isText = this.#graph!.steps.get(step!)!.answer === undefined;
        const response = isText ? text : this.#values.answerOf(step!);
        return wireOutput(request, { action: "RESPOND", response }, [text]);
      }
      case "end":
        return wireOutput(request, { action: "END", response: text }, [text, ""]);
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
}
