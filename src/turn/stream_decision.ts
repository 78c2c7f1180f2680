/**
 * Asking a model that streams for the next decision.
 *
 * @module
 */
import { ABORTED, unlessAborted } from "../abort.ts";
import { ask, type Asked, conclude, type Decided, failed, outcome } from "./ask.ts";
import type { OutputPreview } from "../decision/output_preview.ts";
import type { Delta } from "./delta.ts";
import { LLMError } from "../llm/llm_error.ts";
import type { LimitEvent } from "../history/event.ts";
import type { LiveSession } from "./live_session.ts";
import type { LLMChunk, LLMResult } from "../llm/llm.ts";
import { estimateUsage } from "../llm/usage.ts";
import { priceOf } from "../cost/receipt.ts";

/**
 * Makes one request, hands out what arrives, and gives what the whole answer led
 * to. It reads on only when it is asked to; breaking off ends the request.
 *
 * @throws {LLMError} if the model failed.
 * @throws {GuardError} if a guard failed.
 */
export async function* streamDecision(
  session: LiveSession,
  signal: AbortSignal | undefined,
  hasDeltas: boolean,
): AsyncGenerator<Delta, Decided | typeof ABORTED, void> {
  let asked: Asked | Decided | typeof ABORTED;
  let answer: LLMResult | undefined;
  try {
    const Preview = hasDeltas ? await loadPreview() : undefined;
    const asking = ask(session, signal);
    asked = asking instanceof Promise ? await asking : asking;
    if (asked === ABORTED || "events" in asked) return asked;
    let preview = Preview && new Preview();
    let arrived = 0;
    const chunks = open(session, asked);
    let isOpen = true;
    try {
      while (answer === undefined) {
        isOpen = false;
        const next = await unlessAborted(chunks.next(), signal);
        if (next === ABORTED) {
          // It heard the signal, or hears of this with its next chunk: nobody waits for that.
          chunks.return?.()?.catch(() => {});
          return ABORTED;
        }
        if (next.done) break;
        isOpen = true;
        const chunk = next.value;
        switch (chunk.type) {
          case "text": {
            arrived += chunk.text.length;
            const limit = cutBy(session, asked.llm.name, arrived);
            if (limit !== undefined) return outcome([limit], true);
            if (preview !== undefined) yield* preview.push(chunk.text);
            break;
          }
          case "restart":
            preview = Preview && new Preview();
            if (hasDeltas) yield { type: "restart" };
            break;
          case "result":
            answer = chunk.result;
            break;
          default:
            chunk satisfies never;
        }
      }
    } finally {
      if (isOpen) await chunks.return?.();
    }
    if (answer === undefined) {
      throw new LLMError(
        `Cannot decide in step "${session.step.id}": ${asked.llm.name}: its stream had no result`,
        { isRetryable: true },
      );
    }
  } catch (cause) {
    return failed(session, cause, signal);
  }
  return await conclude(session, asked, answer, signal);
}

/** The chunks of the answer, each asked for in the scope of those who watch. */
function open(session: LiveSession, { llm, request }: Asked): AsyncIterator<LLMChunk> {
  const scope = session.watch?.modelCall({ llm: llm.name, request });
  const chunks = llm.stream!(request)[Symbol.asyncIterator]();
  if (scope === undefined) return chunks;
  return {
    next: () => scope(() => chunks.next()),
    return: async () => await chunks.return?.() ?? { done: true, value: undefined },
  };
}

/** The event that cuts off an answer of which so many characters arrived. */
function cutBy(
  { account, agent, prompt }: LiveSession,
  llm: string,
  chars: number,
): LimitEvent | undefined {
  if (account === undefined) return undefined;
  const usage = estimateUsage(prompt!().chars, chars);
  return account.limitWhile(usage, priceOf(agent, usage, llm));
}

/** Loaded when somebody first wants deltas. */
async function loadPreview(): Promise<typeof OutputPreview> {
  return (await import("../decision/output_preview.ts")).OutputPreview;
}
