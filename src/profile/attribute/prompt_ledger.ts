/**
 * Sizes of a session's requests, of which only the new messages are read.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import type { LLMRequest, Message } from "../../llm/llm.ts";
import { countMessage } from "../../prompt/message_parts.ts";
import type { PromptLayout, PromptRange } from "./attribute_tokens.ts";
import { keyOfPart, type PromptPart } from "./prompt_part.ts";
import { findParts } from "./request_parts.ts";

/** Request whose size is known. */
export interface MeasuredRequest {
  /** Parts of the prompt. */
  readonly prompt: PromptLayout;
  /** Characters of the schema. */
  readonly schemaChars: number;
  /** Characters of the messages. */
  readonly promptChars: number;
  /** Characters of the leading messages that the session's previous request has too. */
  readonly stableChars: number;
  /** True if it belongs to no conversation: it asks for a summary. */
  readonly isAlone?: true;
  /** True if the session's previous request has the same schema. */
  readonly isSchemaStable: boolean;
}

/** Number of characters of each schema, which many requests share. */
const schemaChars = new WeakMap<JsonSchema, number>();

function countSchema(schema: JsonSchema): number {
  let chars = schemaChars.get(schema);
  if (chars === undefined) schemaChars.set(schema, chars = JSON.stringify(schema).length);
  return chars;
}

/** Requests of one session. */
export class PromptLedger {
  #history = new History();
  #schema: JsonSchema | undefined;
  /** Schemas, and messages of no event, that an earlier request had. */
  readonly #sent = new WeakSet<JsonSchema | Message>();
  /** Sequence number of the last event whose message an earlier request had. */
  #sentUntil: number;

  /** Creates a ledger; requests before the first one had the messages of `sentEvents` events. */
  constructor(sentEvents: number) {
    this.#sentUntil = sentEvents - 1;
  }

  /** Measures the next request. */
  measure(request: LLMRequest): MeasuredRequest {
    const { messages, schema, stable, step } = request;
    let stableChars = this.#history.chars;
    if (!this.#history.continues(messages, stable)) {
      this.#history = new History();
      // After a summary, the standing text alone is as it was.
      stableChars = this.#sent.has(messages[0]!) ? countMessage(messages[0]!) : 0;
    }
    const added: OffsetRange[] = [];
    const history = this.#history;
    const partOf = findParts(request);
    let sentUntil = this.#sentUntil;
    for (let at = history.length; at < stable; at++) {
      const message = messages[at]!;
      const { seq, ...part } = partOf(at);
      // A summary renders events anew, which were sent before.
      const isNew = seq === undefined ? this.#send(message) : seq > this.#sentUntil;
      if (seq !== undefined) sentUntil = Math.max(sentUntil, seq);
      const range = history.add(message, part);
      if (isNew) added.push(range);
    }
    this.#sentUntil = sentUntil;
    const head: PromptRange = {
      part: "schema",
      ...(step !== undefined && { name: step }),
      chars: countSchema(schema),
      isNew: this.#send(schema),
    };
    const tail = messages.slice(stable).map((message, place): PromptRange => ({
      ...partOf(stable + place),
      chars: countMessage(message),
      isNew: this.#send(message),
    }));
    const promptChars = history.chars + countRanges(tail);
    const isSchemaStable = schema === this.#schema;
    this.#schema = schema;
    return {
      prompt: new SessionPrompt([head], history, added, tail),
      schemaChars: head.chars,
      promptChars,
      stableChars,
      isSchemaStable,
    };
  }

  /** Records that a request has a schema or message. Returns true if it is the first. */
  #send(sent: JsonSchema | Message): boolean {
    const isNew = !this.#sent.has(sent);
    if (isNew) this.#sent.add(sent);
    return isNew;
  }
}

/** Measures a request that belongs to no conversation: it asks for a summary. */
export function measureAlone({ messages, schema }: LLMRequest): MeasuredRequest {
  const promptChars = messages.reduce((sum, message) => sum + countMessage(message), 0);
  return makeAlone(promptChars, countSchema(schema));
}

/** Returns the size of a request for a summary, which is one part. */
export function makeAlone(promptChars: number, schemaChars: number): MeasuredRequest {
  const chars = promptChars + schemaChars;
  const range: PromptRange = { part: "summarized", chars, isNew: true };
  const prompt = { chars, slice: (from: number, to: number) => cut([range], 0, from, to) };
  return {
    prompt,
    schemaChars,
    promptChars,
    stableChars: 0,
    isSchemaStable: false,
    isAlone: true,
  };
}

/** Part of the history, by offsets in characters. */
export interface OffsetRange extends PromptPart {
  readonly from: number;
  readonly to: number;
}

/** Messages that later requests repeat, by the parts to which they belong. */
export class History {
  /** Number of messages. */
  length = 0;
  /** Number of characters. */
  chars = 0;
  #last: Message | undefined;
  readonly #rows = new Map<string, HistoryRow>();

  /** Returns true if a request begins with these messages. Only a summary rewrites them. */
  continues(messages: readonly Message[], stable: number): boolean {
    return this.length <= stable &&
      (this.length === 0 || messages[this.length - 1] === this.#last);
  }

  /** Adds a message. */
  add(message: Message, part: PromptPart): OffsetRange {
    const key = keyOfPart(part);
    let row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, row = new HistoryRow(part));
    const from = this.chars;
    this.chars += countMessage(message);
    row.add(from, this.chars);
    this.length++;
    this.#last = message;
    return { ...part, from, to: this.chars };
  }

  /** Returns the characters of each part between two offsets. */
  *list(from: number, to: number): Generator<PromptRange> {
    for (const row of this.#rows.values()) {
      const chars = row.countBefore(to) - row.countBefore(from);
      if (chars > 0) yield { ...row.part, chars, isNew: false };
    }
  }
}

/** Messages of one part. */
class HistoryRow {
  /** Offset at which each message begins. */
  readonly #starts: number[] = [];
  /** Characters of this part up to the end of each message. */
  readonly #ends: number[] = [];

  constructor(readonly part: PromptPart) {}

  add(from: number, to: number): void {
    this.#starts.push(from);
    this.#ends.push((this.#ends.at(-1) ?? 0) + to - from);
  }

  /** Returns the characters of this part before an offset, by binary search. */
  countBefore(offset: number): number {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return 0;
    const before = this.#ends[low - 2] ?? 0;
    return Math.min(before + offset - this.#starts[low - 1]!, this.#ends[low - 1]!);
  }
}

/** Prompt of a session: what precedes its history, the history, and the messages behind it. */
export class SessionPrompt implements PromptLayout {
  /** Number of characters, including the schema. */
  readonly chars: number;
  readonly #head: readonly PromptRange[];
  readonly #headChars: number;
  readonly #history: History;
  /** Characters of the history. It grows with later requests. */
  readonly #historyChars: number;
  readonly #added: readonly OffsetRange[];
  readonly #tail: readonly PromptRange[];

  constructor(
    head: readonly PromptRange[],
    history: History,
    added: readonly OffsetRange[],
    tail: readonly PromptRange[],
  ) {
    this.#head = head;
    this.#history = history;
    this.#historyChars = history.chars;
    this.#added = added;
    this.#tail = tail;
    this.#headChars = countRanges(head);
    this.chars = this.#headChars + history.chars + countRanges(tail);
  }

  slice(from: number, to: number): PromptRange[] {
    const start = this.#headChars;
    const end = start + this.#historyChars;
    const [first, last] = [Math.max(from, start) - start, Math.min(to, end) - start];
    return [
      ...cut(this.#head, 0, from, to),
      ...(first < last ? this.#sliceHistory(first, last) : []),
      ...cut(this.#tail, end, from, to),
    ];
  }

  #sliceHistory(from: number, to: number): PromptRange[] {
    const added = this.#added.flatMap(({ from: start, to: end, ...part }): PromptRange[] => {
      const chars = Math.min(end, to) - Math.max(start, from);
      return chars > 0 ? [{ ...part, chars, isNew: true }] : [];
    });
    const carried = [...this.#history.list(from, to)].flatMap((range) => {
      const key = keyOfPart(range);
      const fresh = added.reduce(
        (sum, each) => keyOfPart(each) === key ? sum + each.chars : sum,
        0,
      );
      return range.chars > fresh ? [{ ...range, chars: range.chars - fresh }] : [];
    });
    return [...carried, ...added];
  }
}

function countRanges(ranges: readonly PromptRange[]): number {
  return ranges.reduce((sum, { chars }) => sum + chars, 0);
}

/** Returns the parts of a list of ranges between two offsets; the list begins at `start`. */
function cut(
  ranges: readonly PromptRange[],
  start: number,
  from: number,
  to: number,
): PromptRange[] {
  let at = start;
  return ranges.flatMap((range) => {
    const chars = Math.min(at + range.chars, to) - Math.max(at, from);
    at += range.chars;
    return chars > 0 ? [{ ...range, chars }] : [];
  });
}
