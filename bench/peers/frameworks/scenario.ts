/**
 * The scenario that every framework plays: the three turns of the profile
 * scenario, each until the user is answered. The model answers; it calls a tool
 * and answers; it moves on and answers. Five model calls.
 *
 * @module
 */
import type { Conversation } from "./peer.ts";

/** The standing instruction. */
export const SYSTEM =
  "Help the user. Use the tool when they ask for it, and go on when they say so.";

/** The first step, which has the tool. */
export const START = "start";

/** The step that the third turn moves to. */
export const END = "end";

/** The tool: it takes `arg0`, a text, and gives it back. */
export const TOOL = "test_tool";

/** Inputs of the user, one for each turn. */
export const INPUTS: readonly string[] = ["hello", "use the tool", "go on"];

const ANSWERS = ["Hello, what can I do for you?", "The tool gave a.", "This is the end."] as const;
const ARGUMENT = "a";

/** Number of model calls of the scenario. */
export const MODEL_CALLS = 5;

/** The replies of a model, in the form of one framework. */
interface ReplyForms<Reply> {
  answer(text: string): Reply;
  tool(args: { readonly arg0: string }): Reply;
  move(): Reply;
}

/** Returns the replies of the model, one for each call. */
export function repliesIn<Reply>({ answer, tool, move }: ReplyForms<Reply>): readonly Reply[] {
  const [hello, used, end] = ANSWERS;
  return [answer(hello), tool({ arg0: ARGUMENT }), answer(used), move(), answer(end)];
}

/** Returns one item after the other, and begins again after the last. */
export function cycle<Item>(items: readonly Item[]): () => Item {
  let taken = 0;
  return () => items[taken++ % items.length]!;
}

/** A history, user and assistant in turn. The texts are made anew for each. */
export function historyOf<Message>(
  messages: number,
  user: (text: string) => Message,
  assistant: (text: string) => Message,
): Message[] {
  return Array.from(
    { length: messages },
    (_, index) => (index % 2 === 0 ? user : assistant)(historyText(index)),
  );
}

/** The text of a message of the history, about a hundred characters. */
export function historyText(index: number): string {
  return `Message ${index} of a conversation that goes on for a while about this and that, as they do: ${index}.`;
}

/** Plays the scenario; returns what came of it. */
export async function playScenario(conversation: Conversation): Promise<string> {
  const answers: string[] = [];
  for (const input of INPUTS) answers.push(await conversation.turn(input));
  const { toolResult, step } = conversation.rest();
  return JSON.stringify({ answers, toolResult, step });
}

const EXPECTED = JSON.stringify({ answers: ANSWERS, toolResult: ARGUMENT, step: END });

/** Throws unless a play came to what it should. */
export function checkPlayed(title: string, played: string): void {
  if (played === EXPECTED) return;
  throw new Error(`${title} did not play the scenario: it gave ${played}: expected ${EXPECTED}`);
}
