/**
 * Parser for streams of server-sent events.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html,
 * section "Interpreting an event stream". The fields `id` and `retry` are ignored, because
 * they serve reconnecting browsers.
 *
 * @module
 */

/** A server-sent event. */
export interface ServerSentEvent {
  /** Values of its `data` lines, joined by line feeds. */
  readonly data: string;
  /** Value of its last `event` line, for example `"error"`; absent if it has none. */
  readonly type?: string;
  /**
   * True if the empty line that ends the event arrived. The specification drops an
   * unterminated event at the end of a stream, but some servers omit that line after
   * their last event.
   */
  readonly isComplete: boolean;
}

/** Maximum length of an event, in characters. Bounds memory if a server never ends an event. */
const MAX_EVENT_LENGTH = 16_000_000;

/**
 * Yields the events of a byte stream, regardless of chunk boundaries. Reads a chunk only
 * when the consumer needs one, and closes the source if the consumer stops early.
 *
 * @throws {RangeError} if an event is longer than `maxLength` characters.
 */
export async function* parseServerSentEvents(
  chunks: AsyncIterable<Uint8Array>,
  maxLength: number = MAX_EVENT_LENGTH,
): AsyncGenerator<ServerSentEvent, void, void> {
  // The parser strips the mark. Some decoders strip it from every chunk, where it is content.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parse = createEventParser(maxLength);
  for await (const chunk of chunks) {
    for (const event of parse(decoder.decode(chunk, { stream: true }))) {
      yield { ...event, isComplete: true };
    }
  }
  // The added empty line flushes an unterminated event.
  for (const event of parse(`${decoder.decode()}\n\n`)) yield { ...event, isComplete: false };
}

const LINE_END_REGEXP = /\r\n|\r|\n/g;

type ParsedEvent = Omit<ServerSentEvent, "isComplete">;

/** Creates a function that takes the next piece of text and returns each event that ends in it. */
function createEventParser(maxLength: number): (piece: string) => ParsedEvent[] {
  let isAtStart = true;
  /** Unterminated line at the end of the text so far. */
  let pendingLine = "";
  /** Data of the unterminated event; undefined if it has no `data` line yet. */
  let data: string | undefined;
  /** Type of the unterminated event; undefined if it has no `event` line yet. */
  let type: string | undefined;
  /** True if the last piece ended with CR, so that a leading LF belongs to the same line end. */
  let endsWithReturn = false;

  function checkLength(): void {
    if (pendingLine.length + (data?.length ?? 0) <= maxLength) return;
    throw new RangeError(
      `Cannot read a server-sent event: expected at most ${maxLength} characters`,
    );
  }

  return (piece) => {
    if (piece === "") return [];
    const events: ParsedEvent[] = [];
    const hasByteOrderMark = isAtStart && piece.startsWith("\ufeff");
    let start = hasByteOrderMark || endsWithReturn && piece.startsWith("\n") ? 1 : 0;
    isAtStart = false;
    endsWithReturn = piece.endsWith("\r");
    LINE_END_REGEXP.lastIndex = start;
    for (let end; (end = LINE_END_REGEXP.exec(piece)) !== null;) {
      const line = pendingLine + piece.slice(start, end.index);
      pendingLine = "";
      start = LINE_END_REGEXP.lastIndex;
      const value = readField(line, "data");
      if (value !== undefined) {
        data = data === undefined ? value : `${data}\n${value}`;
        checkLength();
      } else if (line === "") {
        if (data !== undefined) events.push(type === undefined ? { data } : { data, type });
        data = type = undefined;
      } else {
        type = readField(line, "event") ?? type;
      }
    }
    pendingLine += piece.slice(start);
    checkLength();
    return events;
  };
}

/** Returns the value of a line if it has this field; undefined for other lines, such as comments. */
function readField(line: string, field: string): string | undefined {
  if (!line.startsWith(field)) return undefined;
  if (line.length === field.length) return "";
  if (line[field.length] !== ":") return undefined;
  return line.slice(field.length + (line[field.length + 1] === " " ? 2 : 1));
}
