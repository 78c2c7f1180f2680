/**
 * Notices of the running turn: the model's reasoning, and the outputs that were refused.
 *
 * @module
 */
import type { SessionEvent } from "../history/event.ts";
import { oneLine } from "../json/text.ts";
import type { Message } from "../llm/llm.ts";
import { createMessage } from "./render_event.ts";

/**
 * Collects the reasoning and the refusals of the running turn. Their message follows the
 * history, and has the role `tool`, because it quotes the model. Refusals are numbered,
 * so that no two requests of a turn are equal.
 */
export class Notices {
  readonly #maxErrors: number;
  #reasoning = NONE;
  #refusals = NONE;

  /** Creates empty notices; `maxErrors` is the maximum number of errors in a row. */
  constructor(maxErrors: number) {
    this.#maxErrors = maxErrors;
  }

  /** Adds an event. An event that starts or ends a turn removes all notices. */
  add(event: SessionEvent): void {
    switch (event.type) {
      case "user":
      case "limit":
        return this.#clear();
      case "decision":
        if (event.decision.action === "RESPOND") return this.#clear();
        if (event.decision.reasoning.length > 0) {
          this.#reasoning = [...this.#reasoning, ...event.decision.reasoning];
        }
        return;
      case "error":
        this.#refusals = [...this.#refusals, this.#renderRefusal(event)];
    }
  }

  /**
   * Captures the current notices, and returns a function that renders their message;
   * undefined if there are none.
   *
   * @param mayRespond True if the next request offers RESPOND.
   */
  capture(mayRespond: boolean): (() => Message) | undefined {
    const [reasoning, refusals] = [this.#reasoning, this.#refusals];
    if (reasoning.length + refusals.length === 0) return undefined;
    return () => renderNotices(reasoning, refusals, mayRespond);
  }

  #clear(): void {
    this.#reasoning = NONE;
    this.#refusals = NONE;
  }

  #renderRefusal({ path, message, output }: SessionEvent<"error">): string {
    const number = this.#refusals.length + 1;
    const limit = this.#maxErrors + 1;
    const count = number > limit ? `${number}` : `${number} of ${limit}`;
    const where = path === "" ? "" : `At ${path}: `;
    return `Refused (${count} in this turn); nothing was done. ${where}${endSentence(message)} ` +
      `You sent: ${endSentence(quoteOnOneLine(output))}`;
  }
}

/** Shared, to save memory in idle sessions. */
const NONE: readonly string[] = Object.freeze([]);

function renderNotices(
  reasoning: readonly string[],
  refusals: readonly string[],
  mayRespond: boolean,
): Message {
  const sections: string[] = [];
  if (reasoning.length > 0) {
    sections.push(
      `Your reasoning in this turn:\n${
        reasoning.map((text) => `- ${quoteOnOneLine(text)}`).join("\n")
      }`,
    );
  }
  if (refusals.length > 0) {
    const advice = mayRespond
      ? "Correct it, choose another action below, or answer the user."
      : "Correct it, or choose another action below.";
    sections.push(`${refusals.join("\n")}\n${advice}`);
  }
  return createMessage("tool", sections.join("\n\n"));
}

/** Keeps a text of the model on one line, so that it cannot imitate a notice. */
function quoteOnOneLine(text: string): string {
  return oneLine(text, Infinity);
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
