/**
 * The parts of a request: the origin of each of its messages.
 *
 * @module
 */
import type { SessionEvent } from "../history/event.ts";
import type { ViewFields } from "../history/summary.ts";
import type { LLMRequest, Message } from "../llm/llm.ts";
import { renderSummary, ShownEvents, type VisibleEvent } from "./render_event.ts";

/** Origin of one message of a request. */
export interface RequestPart {
  /**
   * Kind of the message:
   *
   * - `"standing"`: the standing text, the first message;
   * - `"summary"`: a summary of older events, or the first input that is kept beside it;
   * - `"user"`: an input;
   * - `"decision"`: a decision of the model;
   * - `"result"`: the result or error of a call;
   * - `"notice"`: the reasoning and the refused outputs of the running turn;
   * - `"step"`: the current step, the last message.
   */
  readonly kind: "standing" | "summary" | "user" | "decision" | "result" | "notice" | "step";
  /** Sequence number of the message's event. Absent for kinds without an event. */
  readonly seq?: number;
  /** Name of the tool. Only for a `result`. */
  readonly tool?: string;
  /** Id of the step in which a `decision` was made, or of the current `step`. */
  readonly step?: string;
}

/** Request that can list its parts. */
interface PartsSource {
  listParts(): readonly RequestPart[];
}

/** Returns its argument from its constructor, so that a subclass adds its fields to that object. */
class Existing {
  constructor(object: object) {
    return object;
  }
}

/**
 * List of messages with its request. A `WeakMap` would stay as large as the most lists that ever
 * waited for collection, and would take a twelfth of a turn's time.
 */
class SourcedList extends Existing {
  readonly #source: PartsSource;

  constructor(messages: readonly Message[], source: PartsSource) {
    super(messages);
    this.#source = source;
  }

  static sourceOf(messages: readonly Message[]): PartsSource | undefined {
    const list: object = Object(messages);
    return #source in list ? list.#source : undefined;
  }
}

/**
 * Registers the request of a list of messages, so that copies of the request have parts, too. The
 * list must not be frozen yet.
 */
export function registerParts(messages: readonly Message[], source: PartsSource): void {
  new SourcedList(messages, source);
}

/**
 * Returns the part of each message of a request for a decision, in the order of its messages;
 * undefined for another request, such as one for a summary. Copies of a request, as wrappers of
 * models pass them on, and what `agent.explain()` returns have the same parts.
 *
 * @example Characters of each part of a request
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { type Observer, partsOf } from "@nomos/agent/observer";
 * import { assertEquals } from "@std/assert";
 *
 * const kinds: unknown[] = [];
 * const observer: Observer = {
 *   beginTurn: () => ({
 *     onModelCall: ({ request }) => {
 *       kinds.push(...partsOf(request)!.map(({ kind }) => kind));
 *       return undefined;
 *     },
 *   }),
 * };
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 *   observers: [observer],
 * });
 * await agent.createSession().next("Hi");
 * assertEquals(kinds, ["standing", "user", "step"]);
 * ```
 */
export function partsOf(
  { messages }: Pick<LLMRequest, "messages">,
): readonly RequestPart[] | undefined {
  return SourcedList.sourceOf(messages)?.listParts();
}

/** Parts of the messages that a transcript has, found from its log when they are first needed. */
export class TranscriptParts {
  readonly #parts: RequestPart[];
  readonly #order = new ShownEvents();
  /** Sequence number of the next event. */
  #next: number;

  /** Creates the parts of a transcript that shows a summary, and the events from `first` on. */
  constructor(summary: (ViewFields & { readonly seq?: number }) | undefined, first: number) {
    const shown = summary === undefined ? [] : renderSummary(summary);
    const { seq } = summary ?? {};
    const part: RequestPart = { kind: "summary", ...(seq !== undefined && { seq }) };
    this.#parts = [{ kind: "standing" }, ...shown.map(() => part)];
    this.#next = first;
  }

  /** Returns the parts of the first `count` messages. */
  list(
    count: number,
    log: { at(seq: number): SessionEvent | undefined },
  ): readonly RequestPart[] {
    while (this.#parts.length < count) {
      this.#order.add(log.at(this.#next++)!);
      for (const event of this.#order.take()) this.#parts.push(partOf(event));
    }
    return this.#parts.slice(0, count);
  }
}

/** Returns the part of an event's message. */
export function partOf(event: VisibleEvent): RequestPart {
  const { seq } = event;
  switch (event.type) {
    case "user":
      return { kind: "user", seq };
    case "decision":
      return { kind: "decision", seq, step: event.step };
    case "tool_finished":
      return { kind: "result", seq, tool: event.tool };
    default:
      return event satisfies never;
  }
}
