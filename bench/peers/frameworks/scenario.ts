/**
 * Scenario that every framework plays: the three turns of the profile scenario, each until the
 * user is answered. The model answers, then calls a tool and answers, then moves and answers:
 * five model calls.
 *
 * @module
 */
import type { Conversation } from "./peer.ts";

/** System text. */
export const SYSTEM =
  "Help the user. Use the tool when they ask for it, and go on when they say so.";

/** Name of the first step, which has the tool. */
export const START = "start";

/** Name of the step to which the third turn moves. */
export const END = "end";

/** Name of the tool, which returns its argument `arg0`, a text. */
export const TOOL = "test_tool";

/** Inputs of the user, one for each turn. */
export const INPUTS: readonly string[] = ["hello", "use the tool", "go on"];

const ANSWERS = ["Hello, what can I do for you?", "The tool gave a.", "This is the end."] as const;
const ARGUMENT = "a";

/** Number of model calls of the scenario. */
export const MODEL_CALLS = 5;

/** Makes replies of a model in the form of one framework. */
interface ReplyForms<Reply> {
  answer(text: string): Reply;
  tool(args: { readonly arg0: string }): Reply;
  move(): Reply;
}

/** Makes the replies of the model, one for each call. */
export function makeReplies<Reply>({ answer, tool, move }: ReplyForms<Reply>): readonly Reply[] {
  const [hello, used, end] = ANSWERS;
  return [answer(hello), tool({ arg0: ARGUMENT }), answer(used), move(), answer(end)];
}

/** Returns a function that returns the items in turn, and starts again after the last. */
export function cycle<Item>(items: readonly Item[]): () => Item {
  let taken = 0;
  return () => items[taken++ % items.length]!;
}

/** Makes a history of alternating user and assistant messages, with new texts. */
export function makeHistory<Message>(
  messages: number,
  user: (text: string) => Message,
  assistant: (text: string) => Message,
): Message[] {
  return Array.from(
    { length: messages },
    (_, index) => (index % 2 === 0 ? user : assistant)(makeHistoryText(index)),
  );
}

/** Makes the text of a message of the history, of about a hundred characters. */
export function makeHistoryText(index: number): string {
  return `Message ${index} of a conversation that goes on for a while about this and that, as they do: ${index}.`;
}

/** Plays the scenario. Returns the answers and the final state as text. */
export async function playScenario(conversation: Conversation): Promise<string> {
  const answers: string[] = [];
  for (const input of INPUTS) answers.push(await conversation.turn(input));
  const { toolResult, step } = conversation.rest();
  return JSON.stringify({ answers, toolResult, step });
}

const EXPECTED = JSON.stringify({ answers: ANSWERS, toolResult: ARGUMENT, step: END });

/** Throws unless the scenario was played as expected. */
export function checkPlayed(title: string, played: string): void {
  if (played === EXPECTED) return;
  throw new Error(`Cannot measure ${title}: its result is ${played}: expected ${EXPECTED}`);
}
