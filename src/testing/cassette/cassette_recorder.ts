/**
 * A model whose calls are written into a cassette.
 *
 * @module
 */
import { openaiStrict, type SchemaProfile } from "../../schema/schema_profile.ts";
import { reasonOf } from "../../errors.ts";
import { copyJson, type Json } from "../../json/json.ts";
import type { LLM, LLMChunk, LLMRequest, LLMResult, Usage } from "../../llm/llm.ts";
import { TOKEN_COUNTS } from "../../llm/usage.ts";
import type { Asked, AskedDecision, CassetteCall, DecideCall } from "./cassette_call.ts";
import { CassetteError } from "./cassette_error.ts";
import { cassetteText, writeCassetteFile } from "./cassette_file.ts";
import { askedOf, askedTexts } from "./cassette_key.ts";
import { placeOf } from "./cassette_miss.ts";
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
    if (!request.signal?.aborted) {
      await this.#keep(place, this.#callOf(asked, result));
    }
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
        await this.#keep(place, this.#callOf(asked, chunk.result, chunks));
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
      if (!Array.isArray(vectors) || !vectors.every(isVector)) {
        throw this.#failed(asked, "expected vectors of finite numbers");
      }
      await this.#keep(place, { ...asked, vectors: vectors.map((vector) => [...vector]) });
    }
    return vectors;
  }

  #reserve(): number {
    return this.#calls.push(undefined) - 1;
  }

  #callOf(asked: AskedDecision, result: LLMResult, chunks?: readonly string[]): DecideCall {
    const usage = usageOf(result?.usage);
    const model = result?.model;
    return {
      ...asked,
      ...(chunks && { chunks }),
      output: redactValue(this.#copyOutput(asked, result?.output), this.#redact),
      ...(usage && { usage }),
      ...(typeof model === "string" && { model: this.#redact(model) }),
    };
  }

  #copyOutput(asked: AskedDecision, output: unknown): Json {
    try {
      return copyJson(output);
    } catch (cause) {
      throw this.#failed(asked, cause);
    }
  }

  /** Writes everything so far, before the call is answered: what was answered is not lost. */
  async #keep(place: number, call: CassetteCall): Promise<void> {
    this.#calls[place] = call;
    const text = cassetteText({
      name: this.#redact(this.name),
      schemaProfile: this.schemaProfile ?? openaiStrict,
      calls: this.#calls.filter((call) => call !== undefined),
    });
    const write = () => writeCassetteFile(this.#file, text);
    const written = this.#written.then(write, write);
    this.#written = written;
    try {
      await written;
    } catch (cause) {
      throw this.#failed(call, cause);
    }
  }

  #failed(asked: Asked, cause: unknown): CassetteError {
    const message = `Cannot record into "${this.#file}" ${placeOf(asked)}: ${reasonOf(cause)}`;
    return new CassetteError(this.#file, message, { cause });
  }
}

/** The counts that are numbers, always in the same order. */
function usageOf(usage: Usage | undefined): Usage | undefined {
  const counts = TOKEN_COUNTS.flatMap((name) => {
    const count = usage?.[name];
    return Number.isFinite(count) ? [[name, count]] : [];
  });
  return counts.length > 0 ? Object.fromEntries(counts) : undefined;
}

function isVector(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isFinite);
}
