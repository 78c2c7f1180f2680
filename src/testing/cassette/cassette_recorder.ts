/**
 * A model that records its calls into a cassette.
 *
 * @module
 */
import { quote, reasonOf } from "../../errors.ts";
import { copyJson } from "../../json/json.ts";
import type { Embeddings, LLM, LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { readUsage } from "../../llm/usage.ts";
import { guardParts } from "../../llm/wrappers/call.ts";
import { profileOf } from "../../schema/profiles/openai_strict.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import {
  type CassetteCall,
  type CassetteRequest,
  type DecideCall,
  type DecideRequest,
  normalizeRequest,
  normalizeTexts,
} from "./cassette_call.ts";
import { CassetteError, describePlace } from "./cassette_error.ts";
import { serializeCassette, writeCassetteFile } from "./cassette_file.ts";
import { type Redact, redactChunks, redactValue } from "./redact.ts";

/** Passes calls to a model and records those that succeed. Streams and embeds if the model does. */
export class CassetteRecorder implements LLM {
  readonly name: string;
  // Declared without a value: a member that the model lacks must be absent here as well.
  declare readonly schemaProfile?: SchemaProfile;
  declare readonly stream?: NonNullable<LLM["stream"]>;
  declare readonly embed?: NonNullable<LLM["embed"]>;
  readonly #llm: LLM;
  readonly #file: string;
  readonly #redact: Redact;
  /** Calls in the order in which they began; undefined until a call succeeds. */
  readonly #calls: (CassetteCall | undefined)[] = [];
  /** Last write. Writes are queued, one at a time. */
  #written: Promise<void> = Promise.resolve();

  constructor(llm: LLM, file: string, redact: Redact) {
    this.#llm = llm;
    this.#file = file;
    this.#redact = redact;
    this.name = llm.name;
    if (llm.schemaProfile !== undefined) this.schemaProfile = llm.schemaProfile;
    if (llm.stream !== undefined) this.stream = (request) => this.#stream(request);
    if (llm.embed !== undefined) this.embed = (texts, options) => this.#embed(texts, options);
  }

  async decide(request: LLMRequest): Promise<LLMResult> {
    const normalized = normalizeRequest(request, this.#redact);
    const save = this.#reserve(normalized, request.signal);
    const result = await this.#llm.decide(request);
    await save(() => this.#buildCall(normalized, result));
    return result;
  }

  /** Does nothing: there is nothing to play while recording. */
  assertDone(): void {}

  async *#stream(request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
    const normalized = normalizeRequest(request, this.#redact);
    const save = this.#reserve(normalized, request.signal);
    const texts: string[] = [];
    // A session would end an endless answer before its result, so it would not be recorded.
    const chunks = guardParts(this.#llm.stream!(request), this.#llm, request);
    for await (const chunk of chunks as AsyncGenerator<LLMChunk>) {
      if (chunk.type === "text") texts.push(chunk.text);
      else if (chunk.type === "restart") texts.length = 0;
      else {
        const { result } = chunk;
        await save(() => this.#buildCall(normalized, result, redactChunks(texts, this.#redact)));
      }
      yield chunk;
    }
  }

  async #embed(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<Embeddings> {
    const normalized = normalizeTexts(texts, this.#redact);
    const save = this.#reserve(normalized, options?.signal);
    const vectors = await this.#llm.embed!(texts, options);
    await save(() => {
      const areVectors = Array.isArray(vectors) && vectors.every(isVector);
      if (!areVectors) {
        throw new TypeError(
          `embed() returned ${quote(vectors)}: expected arrays of finite numbers`,
        );
      }
      const usage = readUsage(vectors.usage);
      return {
        ...normalized,
        vectors: vectors.map((vector) => [...vector]),
        ...(usage && { usage }),
        ...(typeof vectors.model === "string" && { model: this.#redact(vectors.model) }),
      };
    });
    return vectors;
  }

  #buildCall(normalized: DecideRequest, result: LLMResult, chunks?: readonly string[]): DecideCall {
    const usage = readUsage(result?.usage);
    const { model, remark } = result ?? {};
    return {
      ...normalized,
      ...(chunks && { chunks }),
      output: redactValue(copyJson(result?.output), this.#redact),
      ...(usage && { usage }),
      ...(typeof model === "string" && { model: this.#redact(model) }),
      ...(typeof remark === "string" && { remark: this.#redact(remark) }),
    };
  }

  /**
   * Reserves the place of a call that begins, and returns a function that records it:
   * it writes all calls so far, and is awaited before the answer is returned, so that
   * no answer is lost.
   */
  #reserve(
    normalized: CassetteRequest,
    signal: AbortSignal | undefined,
  ): (buildCall: () => CassetteCall) => Promise<void> {
    const index = this.#calls.push(undefined) - 1;
    return async (buildCall) => {
      // An aborted call has no reader, so it is not recorded.
      if (signal?.aborted) return;
      try {
        this.#calls[index] = buildCall();
        const text = serializeCassette({
          name: this.#redact(this.name),
          schemaProfile: profileOf(this),
          calls: this.#calls.filter((call) => call !== undefined),
        });
        const write = () => writeCassetteFile(this.#file, text);
        await (this.#written = this.#written.then(write, write));
      } catch (cause) {
        const target = `"${this.#file}" ${describePlace(normalized)}`;
        const message = `Cannot record into ${target}: ${reasonOf(cause)}`;
        throw new CassetteError(this.#file, message, { cause });
      }
    };
  }
}

function isVector(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isFinite);
}
