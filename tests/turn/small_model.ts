/**
 * Model with a small context window, for tests of bounded history.
 *
 * @module
 */
import {
  Agent,
  type AgentOptions,
  type Decision,
  type HistoryOptions,
  type LLM,
  type LLMRequest,
  type Message,
  type SessionEvent,
} from "@nomos/agent";
import { LLMContextError, type LLMResult } from "@nomos/agent/llm";

/** Options of a {@linkcode SmallModel}. */
interface SmallModelOptions {
  /** Context window, in tokens of 4 characters. */
  readonly window?: number;
  /** Returns the decision for a request, and how many were asked for before. */
  readonly decide?: (request: LLMRequest, count: number) => Decision;
  /** Returns the output for a request for a summary. */
  readonly summarize?: (request: LLMRequest, count: number) => unknown;
  /** Reported tokens for each token. Default: none are reported. */
  readonly reports?: number;
}

/** Answers every request that fits into its window, and records all of them. */
export class SmallModel implements LLM {
  readonly name = "small";
  /** Requests for decisions. */
  readonly requests: LLMRequest[] = [];
  /** Requests for summaries. */
  readonly summaries: LLMRequest[] = [];
  /** Number of requests that were too long. */
  refused = 0;
  readonly #options: SmallModelOptions;

  constructor(options: SmallModelOptions = {}) {
    this.#options = options;
  }

  async decide(request: LLMRequest): Promise<LLMResult> {
    await undefined;
    const { window = Infinity, reports } = this.#options;
    const size = sizeOf(request.messages);
    if (size > window) {
      this.refused++;
      throw new LLMContextError(`a prompt of ${size} tokens is too long for ${window}`);
    }
    const output = request.legal === undefined ? this.#write(request) : this.#decide(request);
    return { output, ...(reports && { usage: { input: Math.ceil(size * reports), output: 10 } }) };
  }

  #write(request: LLMRequest): unknown {
    const { summarize = (_, count) => ({ summary: `SUMMARY ${count}` }) } = this.#options;
    return summarize(request, this.summaries.push(request));
  }

  #decide(request: LLMRequest): unknown {
    const {
      decide = (_, count) => ({ action: "RESPOND", response: `Answer ${count}` }) as Decision,
    } = this.#options;
    const { reasoning = ["I think"], ...decision } = decide(request, this.requests.push(request));
    return { reasoning, decision };
  }
}

/** Returns the size of messages in tokens of 4 characters. */
export function sizeOf(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0) / 4;
}

/** Returns the texts of messages. */
export function textsOf({ messages }: Pick<LLMRequest, "messages">): string[] {
  return messages.map(({ role, content }) => `${role}: ${content}`);
}

/** Text of 50 tokens. */
export const LONG: string = "word ".repeat(40);

/** Agent of one step, with a standing text of one token. */
export function makeFriend(
  llm: LLM,
  history?: HistoryOptions,
  more: object = {},
): Agent<{ talk: unknown }> {
  return new Agent({
    name: "friend",
    llm,
    system: "Talk",
    start: "talk",
    steps: { talk: { description: "Talk" } },
    ...(history && { history }),
    ...more,
  } as AgentOptions<{ talk: unknown }>);
}

/** Plays turns. */
export async function talk(
  session: { next(text: string): Promise<unknown> },
  turns: number,
  text: string = LONG,
): Promise<void> {
  for (let turn = 1; turn <= turns; turn++) await session.next(`${turn}: ${text}`);
}

/** Returns the summaries among events. */
export function summariesIn(events: readonly SessionEvent[]): SessionEvent<"summary">[] {
  return events.filter((event) => event.type === "summary");
}
