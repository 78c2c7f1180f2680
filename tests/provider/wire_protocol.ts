import { events, type ReceivedRequest, type Reply, type StreamEnding } from "./chat_server.ts";

/** How an answer ends. */
export type Ending = "whole" | "length" | "refusal" | "filter";

/** What a vendor's server answers, in its own words. All answers cost the same, see {@linkcode COST}. */
export interface WireProtocol {
  /** Whether a request asks for a stream. */
  isStream(request: ReceivedRequest): boolean;
  /** A whole answer with a text. */
  whole(text: string, ending: Ending): unknown;
  /** The same as the events of a stream; the last of them says how it ended. */
  events(text: string, ending: Ending): unknown[];
  /** The body of an error. */
  error(status: number, message: string): unknown;
  /** What a stream has after its events, if anything. */
  readonly lastEvent?: string;
}

/** Tokens of every answer; of the input some came from the cache. */
export const COST = { input: 100, cachedInput: 70, output: 12, reasoning: 5 };

/** The model that every answer is from, where the protocol says so. */
export const ANSWERING_MODEL = "served-2026";

/** Answers with a value, whole or streamed, as the request asks. */
export function answerOf(
  protocol: WireProtocol,
  output: unknown,
  ending: Ending = "whole",
): Reply {
  const text = typeof output === "string" ? output : JSON.stringify(output);
  return (request) =>
    protocol.isStream(request)
      ? streamOf(protocol, protocol.events(text, ending))(request)
      : Response.json(protocol.whole(text, ending));
}

/** Answers with the beginning of a stream, one word of text, that does not come to its end. */
export function brokenStream(protocol: WireProtocol, ending: StreamEnding): Reply {
  const list = protocol.events(BEGUN, "whole").map((event) => JSON.stringify(event));
  return events(list.slice(0, list.findLastIndex((event) => event.includes(BEGUN)) + 1), ending);
}

/** The text of a {@linkcode brokenStream}: one piece, and nowhere else in an event. */
export const BEGUN = "✂";

/** Answers with an error. */
export function errorOf(
  protocol: WireProtocol,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return () => Response.json(protocol.error(status, message), { status, headers });
}

function streamOf({ lastEvent }: WireProtocol, list: readonly unknown[]): Reply {
  const texts = list.map((event) => JSON.stringify(event));
  return events(lastEvent === undefined ? texts : [...texts, lastEvent]);
}

/** A text in three pieces, fewer if it is short. */
export function piecesOf(text: string): string[] {
  const size = Math.max(1, Math.ceil(text.length / 3));
  return Array.from(
    { length: Math.ceil(text.length / size) },
    (_, piece) => text.slice(piece * size, (piece + 1) * size),
  );
}
