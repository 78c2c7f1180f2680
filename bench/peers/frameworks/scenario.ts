/**
 * The scenario that every framework plays: the three turns of the profile
 * scenario, each until the user is answered. The model answers; it calls a tool
 * and answers; it moves on and answers. Five model calls.
 *
 * @module
 */
import type { Played } from "./peer.ts";

/** The standing instruction. */
export const SYSTEM =
  "Help the user. Use the tool when they ask for it, and go on when they say so.";

/** The first step, which has the tool. */
export const START = "start";

/** The step that the third turn moves to. */
export const END = "end";

/** The tool: it takes `arg0`, a text, and gives it back. */
export const TOOL = "test_tool";

/** What the user says, turn by turn. */
export const INPUTS: readonly string[] = ["hello", "use the tool", "go on"];

/** What the model does at one call, in no framework's form. */
export type Reply =
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "tool"; readonly arg0: string }
  | { readonly kind: "move" };

/** What the model does, call by call. */
export const REPLIES: readonly Reply[] = [
  { kind: "answer", text: "Hello, what can I do for you?" },
  { kind: "tool", arg0: "a" },
  { kind: "answer", text: "The tool gave a." },
  { kind: "move" },
  { kind: "answer", text: "This is the end." },
];

/** The text of a message of the history, about a hundred characters, made anew for each. */
export function historyText(index: number): string {
  return `Message ${index} of a conversation that goes on for a while about this and that, as they do: ${index}.`;
}

/** What every play must come to. */
const EXPECTED: Played = {
  answers: REPLIES.flatMap((reply) => reply.kind === "answer" ? [reply.text] : []),
  toolResult: "a",
  step: END,
};

/** Throws unless a play did what it should. */
export function checkPlayed(title: string, played: Played): void {
  const [given, expected] = [played, EXPECTED].map(({ answers, toolResult, step }) =>
    JSON.stringify({ answers, toolResult, step })
  );
  if (given !== expected) {
    throw new Error(`${title} did not play the scenario: it gave ${given}: expected ${expected}`);
  }
}
