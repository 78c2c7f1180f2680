/**
 * A model that replays a cassette.
 *
 * @module
 */
import { type Json, omitUndefined } from "../../json/json.ts";
import type { Embeddings, LLM, LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { addReport } from "../../llm/usage.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import {
  type CassetteCall,
  type CassetteRequest,
  type DecideCall,
  type DecideRequest,
  type EmbedCall,
  type EmbedRequest,
  normalizeRequest,
  normalizeTexts,
  requestKey,
} from "./cassette_call.ts";
import { CassetteError, CassetteMissError, describeMiss, describePlace } from "./cassette_error.ts";
import { type CassetteContent, RECORD_AGAIN } from "./cassette_file.ts";
import type { Redact } from "./redact.ts";

/** Plays each recorded call once. Equal requests are answered in the recorded order. */
export class CassettePlayer implements LLM {
  readonly name: string;
  readonly schemaProfile: SchemaProfile;
  readonly #file: string;
  readonly #redact: Redact;
  readonly #calls: readonly CassetteCall[];
  readonly #byKey: ReadonlyMap<string, readonly CassetteCall[]>;
  readonly #played = new Set<CassetteCall>();

  constructor(file: string, content: CassetteContent, redact: Redact) {
    this.name = content.name;
    this.schemaProfile = content.schemaProfile;
    this.#file = file;
    this.#redact = redact;
    this.#calls = content.calls;
    this.#byKey = Map.groupBy(content.calls, requestKey);
  }

  // deno-lint-ignore require-await
  async decide(request: LLMRequest): Promise<LLMResult> {
    request.signal?.throwIfAborted();
    return resultOf(this.#play(normalizeRequest(request, this.#redact)));
  }

  async *stream(request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
    request.signal?.throwIfAborted();
    const call = this.#play(normalizeRequest(request, this.#redact));
    let isOver = false;
    try {
      for (const text of call.chunks ?? [textOf(call.output)]) {
        yield { type: "text", text };
        request.signal?.throwIfAborted();
      }
      isOver = true;
      yield { type: "result", result: resultOf(call) };
    } finally {
      // As when recording, an unfinished stream does not count as a call.
      if (!isOver) this.#played.delete(call);
    }
  }

  // deno-lint-ignore require-await
  async embed(
    texts: readonly string[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Embeddings> {
    signal?.throwIfAborted();
    const { vectors, usage, model } = this.#play(normalizeTexts(texts, this.#redact));
    return addReport(vectors.map((vector) => [...vector]), { usage, model });
  }

  assertDone(): void {
    const first = this.#calls.findIndex((call) => !this.#played.has(call));
    if (first < 0) return;
    const { length } = this.#calls;
    const place = `call ${first + 1} ${describePlace(this.#calls[first]!)}`;
    throw new CassetteError(
      this.#file,
      `Cassette "${this.#file}" is not finished: ${length - this.#played.size} of ${length} ` +
        `calls remain, the first is ${place}: expected all of them to be played; ${RECORD_AGAIN}`,
    );
  }

  #play(request: DecideRequest): DecideCall;
  #play(request: EmbedRequest): EmbedCall;
  #play(request: CassetteRequest): CassetteCall {
    const same = this.#byKey.get(requestKey(request)) ?? [];
    const call = same.find((one) => !this.#played.has(one));
    if (call !== undefined) {
      this.#played.add(call);
      return call;
    }
    const [file, calls, played] = [this.#file, this.#calls, this.#played];
    const step = request.type === "decide" ? request.step : undefined;
    throw new CassetteMissError(file, step, describeMiss({ file, request, calls, played, same }));
  }
}

function resultOf({ output, usage, model, remark }: DecideCall): LLMResult {
  return { output, ...omitUndefined({ usage, model, remark }) };
}

function textOf(output: Json): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}
