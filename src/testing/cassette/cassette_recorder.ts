/**
 * A model whose calls are written into a cassette.
 *
 * @module
 */
import { openaiStrict } from "../../schema/profiles/openai_strict.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import { reasonOf } from "../../errors.ts";
import { copyJson } from "../../json/json.ts";
import type { LLM, LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { readUsage } from "../../llm/usage.ts";
import {
  type Asked,
  type AskedDecision,
  askedOf,
  askedTexts,
  type CassetteCall,
  type DecideCall,
} from "./cassette_call.ts";
import { CassetteError, placeOf } from "./cassette_error.ts";
import { cassetteText, writeCassetteFile } from "./cassette_file.ts";
import { type Redact, redactChunks, redactValue } from "./redact.ts";

/** Passes calls on, and writes those that succeed. It streams and embeds if the model does. */
export class CassetteRecorder implements LLM {
  readonly name: string;
  // Declared only: what the model has not, this has not.
  declare readonly schemaProfile?: SchemaProfile;
  declare readonly stream?: NonNullable<LLM["stream"]>;
  declare readonly embed?: NonNullable<LLM["embed"]>;
  readonly #llm: LLM;
  readonly #file: string;
  readonly #redact: Redact;
  /** A place for each call, in the order of the calls; empty until it succeeds. */
  readonly #calls: (CassetteCall | undefined)[] = [];
  /** The last write; one at a time. */
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
    const asked = askedOf(request, this.#redact);
    const place = this.#reserve();
    const result = await this.#llm.decide(request);
    // Nobody waits for the answer any more.
    if (!request.signal?.aborted) await this.#keep(place, asked, () => this.#callOf(asked, result));
    return result;
  }

  /** A recording is whole as far as it goes. */
  assertDone(): void {}

  async *#stream(request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
    const asked = askedOf(request, this.#redact);
    const place = this.#reserve();
    const texts: string[] = [];
    for await (const chunk of this.#llm.stream!(request)) {
      if (chunk.type === "text") texts.push(chunk.text);
      else if (chunk.type === "restart") texts.length = 0;
      else if (!request.signal?.aborted) {
        const chunks = redactChunks(texts, this.#redact);
        await this.#keep(place, asked, () => this.#callOf(asked, chunk.result, chunks));
      }
      yield chunk;
    }
  }

  async #embed(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<number[][]> {
    const asked = askedTexts(texts, this.#redact);
    const place = this.#reserve();
    const vectors = await this.#llm.embed!(texts, options);
    if (!options?.signal?.aborted) {
      await this.#keep(place, asked, () => {
        const areVectors = Array.isArray(vectors) && vectors.every(isVector);
        if (!areVectors) throw new TypeError("expected vectors of finite numbers");
        return { ...asked, vectors: vectors.map((vector) => [...vector]) };
      });
    }
    return vectors;
  }

  #reserve(): number {
    return this.#calls.push(undefined) - 1;
  }

  #callOf(asked: AskedDecision, result: LLMResult, chunks?: readonly string[]): DecideCall {
    const usage = readUsage(result?.usage);
    const model = result?.model;
    return {
      ...asked,
      ...(chunks && { chunks }),
      output: redactValue(copyJson(result?.output), this.#redact),
      ...(usage && { usage }),
      ...(typeof model === "string" && { model: this.#redact(model) }),
    };
  }

  /** Writes everything so far, before the call is answered: what was answered is not lost. */
  async #keep(place: number, asked: Asked, callOf: () => CassetteCall): Promise<void> {
    try {
      this.#calls[place] = callOf();
      const text = cassetteText({
        name: this.#redact(this.name),
        schemaProfile: this.schemaProfile ?? openaiStrict,
        calls: this.#calls.filter((call) => call !== undefined),
      });
      const write = () => writeCassetteFile(this.#file, text);
      await (this.#written = this.#written.then(write, write));
    } catch (cause) {
      const message = `Cannot record into "${this.#file}" ${placeOf(asked)}: ${reasonOf(cause)}`;
      throw new CassetteError(this.#file, message, { cause });
    }
  }
}

function isVector(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isFinite);
}
