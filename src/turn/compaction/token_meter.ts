/**
 * The size of a request, estimated in tokens.
 *
 * @module
 */
import { ConfigError, quoteReturned, reasonOf } from "../../errors.ts";
import { type HistoryBounds, NO_BOUNDS } from "../../graph/history_options.ts";
import { WHOLE_VIEW } from "../../history/summary.ts";
import type { LLM, Message } from "../../llm/llm.ts";
import { measureMessage } from "../../prompt/message_parts.ts";
import { renderSummary } from "../../prompt/render_event.ts";
import type { LiveSession } from "../live_session.ts";
import { buildPrompt, type Prepared } from "../request/prepare.ts";
import { Prompts } from "../request/prompts.ts";
import { type Measure, measureTurn } from "./compaction_plan.ts";
import type { ViewState } from "./view_state.ts";

type CountTokens = HistoryBounds["countTokens"];

/** Counted tokens of messages, which requests share. */
const counted = new WeakMap<CountTokens, WeakMap<Message, number>>();

/** Measures the next request of a session. Estimates are corrected by what its model reported. */
export class TokenMeter {
  /** Returns the size of a text for the model of the step. */
  readonly measure: Measure;
  /** Size of the whole request. */
  readonly size: number;
  /** Size of the standing text, and of the messages after the history. */
  readonly fixed: number;
  readonly #state: ViewState;
  readonly #count: Measure;

  /** Measures the request, and records its size for the correction by its report. */
  constructor(
    session: LiveSession,
    state: ViewState,
    prepared: Prepared,
    countTokens: CountTokens,
  ) {
    this.#state = state;
    this.#count = checkCounts(countTokens);
    const { transcript } = Prompts.of(session);
    const prompt = buildPrompt(transcript, prepared);
    const messages = transcript.list(prompt);
    const sizes = messages.map((message) => countMessage(message, countTokens, this.#count));
    const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
    const total = sum(sizes);
    const fixed = sizes[0]! + sum(sizes.slice(prompt.stable));
    const { llm } = prepared.step;
    this.#readReport(session, llm, fixed);
    state.sent = total;
    const correction = state.correctionOf(llm.name);
    this.measure = this.measureFor(llm);
    this.size = total * correction;
    this.fixed = fixed * correction;
  }

  /** Returns a function that measures texts for a model. */
  measureFor({ name }: LLM): Measure {
    const correction = this.#state.correctionOf(name);
    return (text) => this.#count(text) * correction;
  }

  /** Corrects estimates by the last report in the log, once in a process. */
  #readReport({ agent, log, prompts }: LiveSession, { name }: LLM, fixed: number): void {
    if (this.#state.read.has(name)) return;
    this.#state.read.add(name);
    const summary = prompts!.summary;
    const { first } = log;
    for (let seq = log.head - 1; seq > (summary?.seq ?? first); seq--) {
      const event = log.at(seq)!;
      if (event.type !== "decision" || event.usage?.input === undefined) continue;
      if (agent.graph.steps.get(event.step)?.llm.name !== name) continue;
      const range = { from: summary?.until ?? first, until: seq };
      const { size } = measureTurn(log, range, summary?.shortened ?? 0, this.#count);
      const summarized = measureAll(renderSummary(summary ?? WHOLE_VIEW), this.#count);
      this.#state.correct(name, fixed + summarized + size, event.usage);
      return;
    }
  }
}

/** Returns the size of messages together. */
export function measureAll(messages: readonly Message[], measure: Measure): number {
  return messages.reduce((sum, message) => sum + measureMessage(message, measure), 0);
}

function countMessage(message: Message, countTokens: CountTokens, count: Measure): number {
  if (countTokens === NO_BOUNDS.countTokens) return measureMessage(message, count);
  let sizes = counted.get(countTokens);
  if (sizes === undefined) counted.set(countTokens, sizes = new WeakMap());
  let size = sizes.get(message);
  if (size === undefined) sizes.set(message, size = measureMessage(message, count));
  return size;
}

/** Checks the results of an author's function. */
function checkCounts(countTokens: CountTokens): Measure {
  const attempt = 'Cannot estimate the size of a request: the option "history.countTokens"';
  return (text) => {
    let count: unknown;
    try {
      count = countTokens(text);
    } catch (cause) {
      throw new ConfigError(`${attempt} threw: ${reasonOf(cause)}`, { cause });
    }
    if (typeof count === "number" && count >= 0 && Number.isFinite(count)) return count;
    throw new ConfigError(`${attempt} returned ${quoteReturned(count)}: expected a number from 0`);
  };
}
