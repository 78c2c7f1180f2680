/**
 * Notices of the running turn: its reasoning so far, and the outputs it refused.
 *
 * @module
 */
import type { SessionEvent } from "../history/event.ts";
import { oneLine } from "../json/text.ts";
import type { Message } from "../llm/llm.ts";

/**
 * Collects what the model should know for the rest of the running turn only. It
 * quotes the model, so it is data: a message of role `tool`, behind the history.
 * A refusal is numbered, so that no two requests of a turn are equal.
 */
export class Notices {
  readonly #maxErrors: number;
  #reasoning: string[] = [];
  #refusals: string[] = [];

  /** Creates empty notices; a turn may have `maxErrors` errors in a row. */
  constructor(maxErrors: number) {
    this.#maxErrors = maxErrors;
  }

  /** Adds an event, and forgets all when it ends a turn or begins the next one. */
  add(event: SessionEvent): void {
    switch (event.type) {
      case "user":
      case "limit":
        return this.#clear();
      case "decision":
        if (event.decision.action === "RESPOND") return this.#clear();
        if (event.decision.reasoning.length > 0) this.#reasoning.push(...event.decision.reasoning);
        return;
      case "error":
        this.#refusals.push(this.#refusal(event));
    }
  }

  /**
   * Returns what renders the notices as they are now; undefined if there are none.
   *
   * @param mayRespond True if the next request offers RESPOND.
   */
  message(mayRespond: boolean): (() => Message) | undefined {
    const [reasoning, refusals] = [this.#reasoning, this.#refusals];
    const [reasons, refused] = [reasoning.length, refusals.length];
    if (reasons + refused === 0) return undefined;
    return () => render(reasoning.slice(0, reasons), refusals.slice(0, refused), mayRespond);
  }

  #clear(): void {
    if (this.#reasoning.length > 0) this.#reasoning = [];
    if (this.#refusals.length > 0) this.#refusals = [];
  }

  #refusal({ path, message, output }: SessionEvent<"error">): string {
    const number = this.#refusals.length + 1;
    const most = this.#maxErrors + 1;
    const count = number > most ? `${number}` : `${number} of ${most}`;
    const where = path === "" ? "" : `At ${path}: `;
    return `Refused (${count} in this turn); nothing was done. ${where}${sentence(message)} ` +
      `You sent: ${sentence(quoted(output))}`;
  }
}

function render(
  reasoning: readonly string[],
  refusals: readonly string[],
  mayRespond: boolean,
): Message {
  const sections: string[] = [];
  if (reasoning.length > 0) {
    sections.push(
      `Your reasoning in this turn:\n${reasoning.map((text) => `- ${quoted(text)}`).join("\n")}`,
    );
  }
  if (refusals.length > 0) {
    const advice = mayRespond
      ? "Correct it, choose another action below, or answer the user."
      : "Correct it, or choose another action below.";
    sections.push(`${refusals.join("\n")}\n${advice}`);
  }
  return Object.freeze<Message>({ role: "tool", content: sections.join("\n\n").toWellFormed() });
}

/** Keeps a text of the model on one line, so that it cannot pass for another notice. */
function quoted(text: string): string {
  return oneLine(text, Infinity);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
