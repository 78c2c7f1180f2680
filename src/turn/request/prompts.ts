/**
 * The prompts of one session.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { Log } from "../../history/log.ts";
import { standingMessageOf } from "../../prompt/standing_text.ts";
import { type Prompt, type PromptReport, Transcript } from "../../prompt/transcript.ts";
import type { AgentCore } from "../agent_core.ts";

/** Session that keeps its prompts. */
interface Owner {
  readonly agent: AgentCore;
  readonly log: Log;
  prompts: Prompts | undefined;
}

/** Transcript of a session, and its last two prompts. */
export class Prompts {
  readonly #agent: AgentCore;
  readonly #log: Log;
  #transcript: Transcript;
  /** Sequence number of the next event to show. */
  #next: number;
  /** Prompts of the last request and of the one before it. */
  #last: Prompt | undefined;
  #before: Prompt | undefined;
  /** True if the running turn has made a request, and no summary after it. */
  #hasAsked = false;
  /** Last summary that the transcript shows; undefined if there is none. */
  summary: SessionEvent<"summary"> | undefined;

  /** Creates the prompts of a log. */
  constructor(agent: AgentCore, log: Log) {
    this.#agent = agent;
    this.#log = log;
    this.#transcript = this.#createTranscript(log.first);
    this.#next = log.first;
  }

  /** Returns the prompts of a session, created with its first request. */
  static of(owner: Owner): Prompts {
    return owner.prompts ??= new Prompts(owner.agent, owner.log);
  }

  /** Transcript, up to date with the log. */
  get transcript(): Transcript {
    while (this.#next < this.#log.head) {
      const event = this.#log.at(this.#next++)!;
      if (event.type === "summary") this.#summarize(event);
      else this.#transcript.add(event);
    }
    return this.#transcript;
  }

  /** Starts a new transcript with a summary and the events that are still shown. */
  #summarize(summary: SessionEvent<"summary">): void {
    this.summary = summary;
    this.#hasAsked = false;
    // Requests before and after a summary have only the standing text in common.
    this.#last &&= { ...this.#last, stable: 1 };
    // Events that an earlier summary shows may not be in memory; the last one replaces it.
    const first = Math.max(summary.until, this.#log.first);
    this.#transcript = this.#createTranscript(first);
    for (let seq = first; seq < summary.seq; seq++) this.#transcript.add(this.#log.at(seq)!);
  }

  #createTranscript(first: number): Transcript {
    const { standing, limits: { maxErrors } } = this.#agent;
    return new Transcript(standingMessageOf(standing), maxErrors, this.summary, first);
  }

  /** Starts a turn, which has made no request yet. */
  beginTurn(): void {
    this.#hasAsked = false;
  }

  /** Records the prompt of a request that is sent now. */
  record(prompt: Prompt): void {
    this.#before = this.#last;
    this.#last = prompt;
    this.#hasAsked = true;
  }

  /**
   * Function that builds the report on the last request of this turn; undefined if there was none,
   * or a summary followed it.
   */
  get report(): (() => PromptReport) | undefined {
    if (!this.#hasAsked) return undefined;
    const transcript = this.#transcript;
    const [last, before] = [this.#last!, this.#before];
    return () => transcript.report(last, before);
  }
}
