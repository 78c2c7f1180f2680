/**
 * Pictures and files that a model does not take.
 *
 * The input of the running turn must be taken, so that its user learns at once what to change. What
 * is past, such as an earlier input or the result of a tool, is in every later request: it is sent
 * as its description, so that the conversation continues.
 *
 * @module
 */
import { quote } from "../errors.ts";
import type { Message } from "../llm/llm.ts";
import { LLMError } from "../llm/llm_error.ts";
import type { MediaPart, Part } from "../llm/part.ts";
import { ChatMedia, ChatMessage, type ChatPart } from "./messages.ts";

/**
 * Returns the reason why a model does not take a picture or file, and the way out; undefined if it
 * takes it. A part that was taken once is taken in every later request, so that prompts keep their
 * beginning.
 */
export type FindProblem = (part: MediaPart) => string | undefined;

/**
 * Replaces each picture and file that the model does not take by its description.
 *
 * @param mapped The messages, converted.
 * @param messages The messages of the request.
 * @param llm Name of the model, for error messages.
 * @throws {LLMError} if the input of the running turn has one.
 */
export async function describeUntaken(
  mapped: readonly ChatMessage[],
  messages: readonly Message[],
  llm: string,
  findProblem: FindProblem,
): Promise<readonly ChatMessage[]> {
  if (!mapped.some(({ hasMedia }) => hasMedia)) return mapped;
  const input = findInput(messages);
  const describe = (part: ChatPart) => {
    if (!(part instanceof ChatMedia)) return part;
    const problem = findProblem(part.part);
    if (problem === undefined) return part;
    if (input.includes(part.part)) throw createMediaError(llm, part.part, problem);
    return part.describe();
  };
  const sent: ChatMessage[] = [];
  for (const message of mapped) {
    if (!message.hasMedia) {
      sent.push(message);
      continue;
    }
    const parts = await Promise.all(message.parts.map(describe));
    const isTaken = parts.every((part, index) => part === message.parts[index]);
    sent.push(isTaken ? message : new ChatMessage(message.role, parts, message.stableParts));
  }
  return sent;
}

/**
 * Returns the parts of the running turn's input: those of the last input, unless it was answered. A
 * turn may have no input.
 */
function findInput(messages: readonly Message[]): readonly Part[] {
  const index = messages.findLastIndex(({ role }) => role === "user");
  const isAnswered = messages.slice(index + 1).some(({ role, content }) =>
    role === "assistant" && content.startsWith(RESPONSE)
  );
  return isAnswered ? [] : messages[index]?.parts ?? [];
}

/** Start of a message of the role `assistant` that answers the user. */
const RESPONSE = '{"decision":{"action":"RESPOND"';

/** Creates the error of a part that is not sent. Nothing was requested, so no tokens are counted. */
function createMediaError(llm: string, part: MediaPart, reason: string): LLMError {
  const name = part.type === "file" && part.name !== undefined ? ` ${quote(part.name)}` : "";
  const where = part.url === undefined ? "" : ` at ${quote(part.url)}`;
  return new LLMError(
    `Cannot send the ${part.type}${name} of type ${
      quote(part.mediaType)
    }${where} to ${llm}: ${reason}`,
    { usage: { input: 0, output: 0 } },
  );
}
