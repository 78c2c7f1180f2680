/**
 * A model that answers from a cassette.
 *
 * @module
 */
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import type { Json } from "../../json/json.ts";
import type { LLM, LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import {
  type Asked,
  type AskedDecision,
  type AskedEmbedding,
  askedOf,
  askedTexts,
  type CassetteCall,
  type DecideCall,
  type EmbedCall,
  keyOf,
} from "./cassette_call.ts";
import { CassetteError, CassetteMissError, describeMiss, placeOf } from "./cassette_error.ts";
import { type CassetteContent, RECORD_ANEW } from "./cassette_file.ts";
import type { Redact } from "./redact.ts";

/** Plays recorded calls, each once; calls of the same meaning in the order in which they were made. */
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
    this.#byKey = Map.groupBy(content.calls, keyOf);
  }

  // deno-lint-ignore require-await
  async decide(request: LLMRequest): Promise<LLMResult> {
    request.signal?.throwIfAborted();
    return resultOf(this.#play(askedOf(request, this.#redact)));
  }

  async *stream(request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
    request.signal?.throwIfAborted();
    const call = this.#play(askedOf(request, this.#redact));
    let isOver = false;
    try {
      for (const text of call.chunks ?? [textOf(call.output)]) {
        yield { type: "text", text };
        request.signal?.throwIfAborted();
      }
      isOver = true;
      yield { type: "result", result: resultOf(call) };
    } finally {
      // A stream that is broken off is not recorded either: its call is still to be made.
      if (!isOver) this.#played.delete(call);
    }
  }

  // deno-lint-ignore require-await
  async embed(
    texts: readonly string[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<number[][]> {
    signal?.throwIfAborted();
    return this.#play(askedTexts(texts, this.#redact)).vectors;
  }

  assertDone(): void {
    const left = this.#calls.filter((call) => !this.#played.has(call));
    if (left.length === 0) return;
    const [first] = left;
    throw new CassetteError(
      this.#file,
      `Cassette "${this.#file}" not finished: ${left.length} of ${this.#calls.length} calls left, ` +
        `first call ${this.#calls.indexOf(first!) + 1} ${placeOf(first!)}; ${RECORD_ANEW}`,
    );
  }

  #play(asked: AskedDecision): DecideCall;
  #play(asked: AskedEmbedding): EmbedCall;
  #play(asked: Asked): CassetteCall {
    const same = this.#byKey.get(keyOf(asked)) ?? [];
    const call = same.find((one) => !this.#played.has(one));
    if (call !== undefined) {
      this.#played.add(call);
      return call;
    }
    const [file, calls, played] = [this.#file, this.#calls, this.#played];
    const step = asked.type === "decide" ? asked.step : undefined;
    throw new CassetteMissError(file, step, describeMiss({ file, asked, calls, played, same }));
  }
}

function resultOf({ output, usage, model }: DecideCall): LLMResult {
  return { output, ...(usage && { usage }), ...(model !== undefined && { model }) };
}

function textOf(output: Json): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}
