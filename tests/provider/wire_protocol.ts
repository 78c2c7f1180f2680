import {
  cutInto,
  events,
  type ReceivedRequest,
  type Reply,
  type StreamEnding,
} from "./chat_server.ts";

/** End of an answer: complete, at the token limit, by refusal or by a content filter. */
export type Ending = "whole" | "length" | "refusal" | "filter";

/** Responses in a vendor's protocol. All answers have the same usage, {@linkcode TOKENS}. */
export interface WireProtocol {
  /** Returns true if a request asks for a stream. */
  isStream(request: ReceivedRequest): boolean;
  /** Creates a complete answer with a text. */
  whole(text: string, ending: Ending): unknown;
  /** Creates the same answer as the events of a stream. The last one reports how it ended. */
  events(text: string, ending: Ending): unknown[];
  /** Creates the body of an error response. */
  error(status: number, message: string): unknown;
  /** Data of a final event after the answer, such as `[DONE]`. */
  readonly lastEvent?: string;
}

/** Token usage of every answer. Input includes cached tokens, output includes reasoning. */
export const TOKENS = { input: 100, cachedInput: 70, output: 12, reasoning: 5 };

/** Name of the model that answered, in protocols that report it. */
export const ANSWERING_MODEL = "served-2026";

/** Answers with a value, streamed if the request asks for a stream. */
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

/** Answers with a stream that ends after its first text, {@linkcode BEGUN}. */
export function brokenStream(protocol: WireProtocol, ending: StreamEnding): Reply {
  const list = protocol.events(BEGUN, "whole").map((event) => JSON.stringify(event));
  return events(list.slice(0, list.findLastIndex((event) => event.includes(BEGUN)) + 1), ending);
}

/** Text of a {@linkcode brokenStream}: one chunk, and found in no other event. */
export const BEGUN = "✂";

/** Answers with an error response. */
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

/** Splits a text into three parts, fewer if it is short. */
export function piecesOf(text: string): string[] {
  return cutInto(text, 3);
}
