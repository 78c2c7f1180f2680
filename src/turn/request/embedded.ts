/**
 * The events that count embeddings, which a session pays for.
 *
 * @module
 */
import { readCallUsage } from "../../cost/call_usage.ts";
import type { EventDraft } from "../../history/event.ts";
import { readUsage } from "../../llm/usage.ts";
import type { Embedding } from "../../prompt/examples.ts";
import type { LiveSession } from "../live_session.ts";

/** Records a call that embedded texts, if its tokens are known or must be estimated. */
export function recordEmbedding(
  session: LiveSession,
  { texts, usage: reported, model }: Embedding,
): void {
  const usage = readUsage(reported);
  const { agent: { cost, examples }, tracker, step } = session;
  const countChars = () => texts.reduce((sum, text) => sum + text.length, 0);
  // An embedding has no output, and a price needs both counts.
  const known = usage?.input === undefined ? usage : { output: 0, ...usage };
  const counted = readCallUsage({ output: "", usage: known, model }, {
    llm: examples.embedder.name,
    cost,
    promptChars: tracker?.limitsTokens ? countChars : undefined,
  });
  if (counted?.usage === undefined) return;
  (session.embedded ??= []).push({
    type: "embedded",
    step: step.id,
    texts: texts.length,
    ...counted,
  });
}

/** Returns the events of embeddings that are not committed yet, once. */
export function takeEmbedded(session: LiveSession): readonly EventDraft[] {
  const { embedded, tracker } = session;
  if (embedded === undefined) return NONE;
  session.embedded = undefined;
  const isPriced = embedded.every(({ cost }) => cost !== undefined);
  return isPriced || tracker === undefined
    ? embedded
    : [...embedded, ...tracker.limitUnpriced(undefined)];
}

const NONE: readonly EventDraft[] = Object.freeze([]);
