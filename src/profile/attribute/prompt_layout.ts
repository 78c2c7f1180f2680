/**
 * Layout of a prompt: the parts to which its characters belong.
 *
 * @module
 */
import type { Message } from "../../llm/llm.ts";
import { countMessage } from "../../prompt/message_parts.ts";
import { keyOfPart, type PromptPart } from "./prompt_part.ts";

/** Characters of one part of a prompt. */
export interface PromptRange extends PromptPart {
  /** Number of characters. */
  readonly chars: number;
  /** True if no earlier request of the session had them. */
  readonly isNew: boolean;
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

  /** Returns the characters of each part between two offsets, by the keys of the parts. */
  list(from: number, to: number): Map<string, PromptRange & { chars: number }> {
    return new Map(
      [...this.#rows].map(([key, row]) => {
        const chars = row.countBefore(to) - row.countBefore(from);
        return [key, { ...row.part, chars, isNew: false }];
      }),
    );
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

/**
 * Prompt of one request, in the order in which vendors cache it: what precedes the history, the
 * schema first, then the history, and the messages after it.
 */
export class PromptLayout {
  /** Number of characters, including the schema. */
  readonly chars: number;
  readonly #head: readonly PromptRange[];
  readonly #headChars: number;
  readonly #history: History;
  /** Characters of the history. It grows with later requests. */
  readonly #historyChars: number;
  readonly #added: readonly OffsetRange[];
  readonly #tail: readonly PromptRange[];

  /** Creates a layout; `added` are the parts of the history that no earlier request had. */
  constructor(
    head: readonly PromptRange[],
    history: History = new History(),
    added: readonly OffsetRange[] = [],
    tail: readonly PromptRange[] = [],
  ) {
    this.#head = head;
    this.#history = history;
    this.#historyChars = history.chars;
    this.#added = added;
    this.#tail = tail;
    this.#headChars = countRanges(head);
    this.chars = this.#headChars + history.chars + countRanges(tail);
  }

  /** Returns the parts between two offsets in characters, which may lie within a character. */
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
    const carried = this.#history.list(from, to);
    const added: PromptRange[] = [];
    for (const { from: start, to: end, ...part } of this.#added) {
      const chars = Math.min(end, to) - Math.max(start, from);
      if (chars <= 0) continue;
      added.push({ ...part, chars, isNew: true });
      carried.get(keyOfPart(part))!.chars -= chars;
    }
    return [...[...carried.values()].filter(({ chars }) => chars > 0), ...added];
  }
}

/** Returns the number of characters of ranges. */
export function countRanges(ranges: readonly PromptRange[]): number {
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
