/**
 * The prompts of one session.
 *
 * @module
 */
import type { Log } from "../history/log.ts";
import { standingMessageOf } from "../prompt/standing_text.ts";
import { type Prompt, type PromptReport, Transcript } from "../prompt/transcript.ts";
import type { AgentCore } from "./agent_core.ts";

/** Session that keeps its prompts. */
interface Owner {
  readonly agent: AgentCore;
  readonly log: Log;
  prompts: Prompts | undefined;
}

/** Transcript of a session, and its last two prompts. */
export class Prompts {
  readonly #log: Log;
  readonly #transcript: Transcript;
  #rendered = 0;
  /** Prompts of the last request and of the one before it. */
  #last: Prompt | undefined;
  #before: Prompt | undefined;
  /** True if the running turn has made a request. */
  #hasAsked = false;

  /** Creates the prompts of a log. */
  constructor({ standing, limits }: AgentCore, log: Log) {
    this.#log = log;
    this.#transcript = new Transcript(standingMessageOf(standing), limits.maxErrors);
  }

  /** Returns the prompts of a session, created with its first request. */
  static of(owner: Owner): Prompts {
    return owner.prompts ??= new Prompts(owner.agent, owner.log);
  }

  /** Transcript, up to date with the log. */
  get transcript(): Transcript {
    const { events } = this.#log;
    while (this.#rendered < events.length) this.#transcript.add(events[this.#rendered++]!);
    return this.#transcript;
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

  /** Function that builds the report on the last request of this turn; undefined if there was none. */
  get report(): (() => PromptReport) | undefined {
    if (!this.#hasAsked) return undefined;
    const { transcript } = this;
    const [last, before] = [this.#last!, this.#before];
    return () => transcript.report(last, before);
  }
}
