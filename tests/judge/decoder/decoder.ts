/**
 * XGrammar, the constrained decoder of vLLM and SGLang.
 *
 * @module
 */
import type { JsonSchema } from "@nomos/agent";
import type { Question, Verdict } from "./xgrammar_worker.ts";

/** Decoder in a worker, because an abort leaves its memory unusable. Calls may not overlap. */
export class Decoder {
  #worker: Worker | undefined;

  /** Compiles a schema, and tells which texts a model that is held to it can write. */
  async judge(schema: JsonSchema, texts: readonly string[]): Promise<Verdict> {
    if (this.#worker === undefined) {
      const address = new URL("./xgrammar_worker.ts", import.meta.url);
      this.#worker = new Worker(address, { type: "module" });
      await receive(this.#worker);
    }
    const question: Question = { schema, texts };
    this.#worker.postMessage(question);
    const verdict = await receive(this.#worker);
    if ("aborted" in verdict) this.close();
    return verdict;
  }

  /** Ends the worker. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

function receive(worker: Worker): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Verdict>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`The decoder failed: ${message}`));
  });
}
