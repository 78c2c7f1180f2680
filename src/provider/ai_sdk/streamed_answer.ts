/**
 * Handing on an answer while it arrives.
 *
 * @module
 */
import { ABORTED, unlessAborted } from "../../abort.ts";
import type { LLMChunk, LLMResult } from "../../llm/llm.ts";
import { Answer } from "./answer.ts";
import type { AiSdkStreamed } from "./ai_sdk_model.ts";
import { cutOff } from "./finish_reason.ts";
import { membersOf } from "./loose.ts";
import type { Vendor } from "./vendor.ts";
import { vendorError } from "./vendor_error.ts";

/** A stream that has not been asked for yet. */
export interface StreamSource {
  /** The model's name. */
  readonly name: string;
  /** The model's vendor. */
  readonly vendor: Vendor;
  /** Aborts when the answer is no longer wanted. */
  readonly signal: AbortSignal | undefined;
  /** Asks for it. */
  open(signal: AbortSignal): Promise<AiSdkStreamed>;
}

/**
 * The answer as chunks. It is asked for when the first chunk is, and read no
 * further than chunks are asked for. Breaking off ends the request at once, also
 * while a chunk is awaited.
 */
export function streamedAnswer(source: StreamSource): AsyncIterableIterator<LLMChunk, void, void> {
  const controller = new AbortController();
  const chunks = readChunks(source, controller);
  return {
    next: () => chunks.next(),
    return: () => {
      controller.abort();
      return chunks.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* readChunks(
  { name, vendor, signal, open }: StreamSource,
  controller: AbortController,
): AsyncGenerator<LLMChunk, void, void> {
  signal?.throwIfAborted();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const answer = new Answer(name, vendor);
  let parts: PartReader | undefined;
  let result: LLMResult | undefined;
  try {
    parts = await openParts(open, controller.signal);
    while (parts !== undefined && result === undefined) {
      const read = await unlessAborted(parts.read(), controller.signal);
      if (read === ABORTED) break;
      if (read.done) throw cutOff(name);
      if (membersOf(read.value).type === "error") throw membersOf(read.value).error;
      const taken = answer.take(read.value);
      if (typeof taken === "object") result = taken;
      else if (taken !== undefined && taken !== "") yield { type: "text", text: taken };
    }
  } catch (thrown) {
    if (!controller.signal.aborted) throw vendorError(thrown, name);
  } finally {
    signal?.removeEventListener("abort", abort);
    if (result === undefined) controller.abort();
    // Not awaited: a stream that does not end must not keep whoever broke it off.
    parts?.cancel().catch(() => {});
  }
  if (result !== undefined) yield { type: "result", result };
  else signal?.throwIfAborted();
}

type PartReader = ReadableStreamDefaultReader<unknown>;

/** The reader of a stream; undefined if it is no longer wanted, and then a late stream is ended. */
async function openParts(
  open: StreamSource["open"],
  signal: AbortSignal,
): Promise<PartReader | undefined> {
  const opening = open(signal);
  const opened = await unlessAborted(opening, signal);
  if (opened !== ABORTED) return opened.stream.getReader();
  opening.then(({ stream }) => stream.cancel()).catch(() => {});
  return undefined;
}
