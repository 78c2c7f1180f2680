/**
 * Durable turn that is measured: the model calls two tools, one after the other, and answers.
 *
 * @module
 */

/** Input of the user. */
export const INPUT = "How do I get to work in Lisbon today?";
/** Names of the tools, in the order in which they are called. */
export const TOOLS: readonly string[] = ["weather", "traffic"];
/** Arguments of both calls. */
export const ARGS = { city: "Lisbon" };
/** Result of both tools. */
export const RESULT = "Sunny, with a light wind from the west and 21 degrees in the afternoon";
/** Answer of the model. */
export const ANSWER = "It is sunny in Lisbon, and the streets are free: take the bicycle.";

/** Describes a tool. */
export function describeTool(name: string): string {
  return `Find out the ${name}`;
}
