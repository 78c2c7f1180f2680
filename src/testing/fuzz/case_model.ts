/**
 * The model of a fuzz case: returns or streams the outputs that the case lists.
 *
 * @module
 */
import type { LLM, LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { wrapDecision } from "../../llm/mock_script.ts";
import { openMoves } from "../play/move.ts";
import type { SampledValues } from "../play/sampled_values.ts";
import type { FuzzOutput, FuzzTurn, StreamBehaviour } from "./fuzz_case.ts";

/** Approximate maximum number of chunks of an answer. */
const MAX_CHUNKS = 64;

/** Callbacks of a case model. */
interface CaseListener {
  readonly onRequest: (request: LLMRequest) => void;
  /** Called when the model returns an output that must be refused. */
  readonly onIllegal: () => void;
  /** Called when the model stops in the middle of an answer. */
  readonly onHang: () => void;
}

/** Plays the outputs of one turn at a time. */
export class CaseModel implements LLM {
  readonly name = "fuzz";
  /** Last output, before the session parsed it. */
  lastOutput: unknown;
  /** True if the model failed in this turn, so that the turn must throw. */
  isFailing = false;
  /** True if an output of this turn is longer than the agent reads, so that the turn may throw. */
  isTooLong = false;
  readonly #values: SampledValues;
  readonly #listener: CaseListener;
  #outputs: FuzzOutput[] = [];
  #streams: StreamBehaviour[] = [];
  #chunkLength: number | undefined;

  readonly #maxOutputChars: number;

  /**
   * Creates a model whose decisions take their arguments and answers from `values`. Its agent reads
   * outputs of at most `maxOutputChars` characters.
   */
  constructor(values: SampledValues, listener: CaseListener, maxOutputChars: number) {
    this.#values = values;
    this.#listener = listener;
    this.#maxOutputChars = maxOutputChars;
  }

  /** Starts a turn. If `chunkLength` is undefined, the model does not stream. */
  beginTurn({ outputs, streams = [] }: FuzzTurn, chunkLength: number | undefined): void {
    this.#outputs = [...outputs];
    this.#streams = [...streams];
    this.#chunkLength = chunkLength;
    this.isFailing = false;
    this.isTooLong = false;
  }

  async decide(request: LLMRequest): Promise<LLMResult> {
    this.#listener.onRequest(request);
    await undefined;
    const output = this.#outputFor(request);
    this.lastOutput = output;
    if (typeof output === "string") this.isTooLong ||= output.length > this.#maxOutputChars;
    return { output };
  }

  /** Streams the next output. A model that does not stream yields only the result. */
  async *stream(request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
    const result = await this.decide(request);
    const { output } = result;
    if (this.#chunkLength === undefined) return yield { type: "result", result };
    const behaviour = this.#streams.shift() ?? "result";
    const text = typeof output === "string" ? output : JSON.stringify(output) ?? "";
    const half = text.slice(0, text.length / 2);
    if (behaviour !== "result") {
      yield* this.#splitText(behaviour === "no result" ? text : half);
    }
    switch (behaviour) {
      case "restart":
        yield { type: "restart" };
        break;
      case "no result":
        this.isFailing = true;
        return;
      case "throw":
        throw this.#fail();
      case "hang":
        queueMicrotask(this.#listener.onHang);
        return await new Promise(() => {});
    }
    yield* this.#splitText(text);
    yield { type: "result", result };
  }

  *#splitText(text: string): Generator<LLMChunk, void, void> {
    const length = Math.max(this.#chunkLength!, Math.ceil(text.length / MAX_CHUNKS));
    for (let at = 0; at < text.length; at += length) {
      yield { type: "text", text: text.slice(at, at + length) };
    }
  }

  #fail(): Error {
    this.isFailing = true;
    return new Error("The model failed: the fuzz case plays a failure");
  }

  #outputFor(request: LLMRequest): unknown {
    const output = this.#outputs.shift() ?? { kind: "legal", pick: 0, text: "That is all" };
    switch (output.kind) {
      case "legal": {
        const { pick, text } = output;
        const moves = openMoves(request.legal!);
        const move = moves[pick % moves.length]!;
        const { reasoning: _, ...decision } = this.#values.decisionFor(move, request.step!, text);
        return wrapDecision(request, decision, [text, ""]);
      }
      case "calls":
        return wrapDecision(request, { action: "TOOL_CALL", calls: output.calls }, []);
      case "raw":
        return output.output;
      case "illegal":
        this.#listener.onIllegal();
        return output.output;
      case "huge":
        return "x".repeat(output.characters);
      case "failure":
        throw this.#fail();
    }
  }
}
