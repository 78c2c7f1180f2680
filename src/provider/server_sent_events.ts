/**
 * Reading a stream of server-sent events.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html,
 * section "Interpreting an event stream". Only the data of events is read:
 * chat protocols say everything there, and `event`, `id` and `retry` are for
 * a browser that connects again.
 *
 * @module
 */

/** One event. */
export interface ServerSentEvent {
  /** Its lines of data, joined by line feeds. */
  readonly data: string;
  /**
   * Whether its end arrived. False for an event at the end of a stream without
   * the empty line that ends it: the specification drops it, but there are
   * servers that do not write that line after their last event.
   */
  readonly isWhole: boolean;
}

/** The longest event, in characters. What grows beyond it is no answer of a model. */
const MAX_EVENT_LENGTH = 16_000_000;

/**
 * The events in the bytes of a stream, wherever these are cut. It reads no
 * further than it is asked to, and ends the source when it is broken off.
 *
 * @throws {RangeError} if an event is longer than `maxLength` characters.
 */
export async function* serverSentEvents(
  chunks: AsyncIterable<Uint8Array>,
  maxLength: number = MAX_EVENT_LENGTH,
): AsyncGenerator<ServerSentEvent, void, void> {
  // There are decoders that take away the mark of every chunk, which may be text of the answer.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parser = new EventParser(maxLength);
  for await (const chunk of chunks) {
    for (const data of parser.push(decoder.decode(chunk, { stream: true }))) {
      yield { data, isWhole: true };
    }
  }
  for (const data of parser.push(decoder.decode())) yield { data, isWhole: true };
  const rest = parser.end();
  if (rest !== undefined) yield { data: rest, isWhole: false };
}

const LINE_END_REGEXP = /\r\n|\r|\n/g;

/** Finds events in a text that arrives in pieces. */
class EventParser {
  readonly #maxLength: number;
  /** Whether a byte-order mark may come. */
  #isAtStart = true;
  /** What there is of the line that has not ended. */
  #line = "";
  /** The data of the event that has not ended; undefined while it has none. */
  #data: string | undefined;
  /** Whether the last piece ended with a carriage return: a line feed that follows belongs to it. */
  #isAfterReturn = false;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** The data of each event that ends in this piece. */
  push(piece: string): string[] {
    if (piece === "") return [];
    const events: string[] = [];
    let start = this.#isAtStart && piece.startsWith("\ufeff") ||
        this.#isAfterReturn && piece.startsWith("\n")
      ? 1
      : 0;
    this.#isAtStart = false;
    this.#isAfterReturn = piece.endsWith("\r");
    LINE_END_REGEXP.lastIndex = start;
    for (let end; (end = LINE_END_REGEXP.exec(piece)) !== null;) {
      const line = this.#line + piece.slice(start, end.index);
      this.#line = "";
      start = LINE_END_REGEXP.lastIndex;
      if (line !== "") this.#readLine(line);
      else if (this.#data !== undefined) {
        events.push(this.#data);
        this.#data = undefined;
      }
    }
    this.#line += piece.slice(start);
    this.#checkLength();
    return events;
  }

  /** The data of an event that was not ended, if it has any. */
  end(): string | undefined {
    if (this.#line !== "") this.#readLine(this.#line);
    return this.#data;
  }

  #readLine(line: string): void {
    const colon = line.indexOf(":");
    // A line that begins with a colon is a comment: servers send them to keep a connection open.
    if ((colon === -1 ? line : line.slice(0, colon)) !== "data") return;
    let value = colon === -1 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    this.#checkLength();
  }

  #checkLength(): void {
    if (this.#line.length + (this.#data?.length ?? 0) > this.#maxLength) {
      throw new RangeError(
        `Cannot read an event of the stream: expected at most ${this.#maxLength} characters`,
      );
    }
  }
}
