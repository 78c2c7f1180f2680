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
   * True if its end arrived. The specification drops an event at the end of a stream
   * without the empty line that ends it, but there are servers that do not write that
   * line after their last event.
   */
  readonly isWhole: boolean;
}

/** The longest event, in characters. What grows beyond it is no answer of a model. */
const MAX_EVENT_LENGTH = 16_000_000;

/**
 * Yields the events in the bytes of a stream, wherever these are cut. It reads no
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
  const parse = eventParser(maxLength);
  for await (const chunk of chunks) {
    for (const data of parse(decoder.decode(chunk, { stream: true }))) {
      yield { data, isWhole: true };
    }
  }
  // The empty line ends an event of which the end did not arrive.
  for (const data of parse(`${decoder.decode()}\n\n`)) yield { data, isWhole: false };
}

const LINE_END_REGEXP = /\r\n|\r|\n/g;

/** Returns a function that takes a text piece by piece, and returns the data of the events that end in it. */
function eventParser(maxLength: number): (piece: string) => string[] {
  let isAtStart = true;
  /** The line that has not ended. */
  let rest = "";
  /** The data of the event that has not ended; undefined while it has none. */
  let data: string | undefined;
  /** True if the last piece ended with a carriage return: a line feed that follows belongs to it. */
  let isAfterReturn = false;

  function checkLength(): void {
    if (rest.length + (data?.length ?? 0) <= maxLength) return;
    throw new RangeError(
      `Cannot read an event of the stream: expected at most ${maxLength} characters`,
    );
  }

  return (piece) => {
    if (piece === "") return [];
    const events: string[] = [];
    const hasMark = isAtStart && piece.startsWith("\ufeff");
    let start = hasMark || isAfterReturn && piece.startsWith("\n") ? 1 : 0;
    isAtStart = false;
    isAfterReturn = piece.endsWith("\r");
    LINE_END_REGEXP.lastIndex = start;
    for (let end; (end = LINE_END_REGEXP.exec(piece)) !== null;) {
      const line = rest + piece.slice(start, end.index);
      rest = "";
      start = LINE_END_REGEXP.lastIndex;
      const value = dataIn(line);
      if (value !== undefined) {
        data = data === undefined ? value : `${data}\n${value}`;
        checkLength();
      } else if (line === "" && data !== undefined) {
        events.push(data);
        data = undefined;
      }
    }
    rest += piece.slice(start);
    checkLength();
    return events;
  };
}

/** The value of a line of data; undefined of any other, such as the comments that keep a connection open. */
function dataIn(line: string): string | undefined {
  if (line === "data") return "";
  return line.startsWith("data:") ? line.slice(line.startsWith("data: ") ? 6 : 5) : undefined;
}
