/**
 * Terminal of a conversation: reads lines, and leaves Ctrl-C to the running turn in between.
 *
 * @module
 */
import process from "node:process";
import { createInterface, type Interface } from "node:readline";

/** Answer of the user to a question: a line, Ctrl-C or Ctrl-D. */
export type Reply =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "interrupt" }
  | { readonly kind: "end" };

/** Person who is asked. */
export interface Asker {
  /**
   * Asks a question and returns the reply.
   *
   * @param begun Beginning of the reply, which the user may edit. Default: none.
   */
  ask(question: string, begun?: string): Promise<Reply>;
}

/** Terminal of a conversation. Questions are printed on stderr. */
export class Terminal implements Asker {
  readonly #lines: Interface;
  /** Lines that were pasted or typed ahead. */
  readonly #ahead: string[] = [];
  #answer: ((reply: Reply) => void) | undefined;
  #isClosed = false;

  /** Opens the terminal of the process. */
  constructor() {
    const { stdin: input, stderr: output } = process;
    this.#lines = createInterface({ input, output, terminal: true });
    this.#pause();
    this.#lines.on("line", (text) => {
      if (this.#answer === undefined) this.#ahead.push(text);
      else this.#reply({ kind: "line", text });
    });
    this.#lines.on("SIGINT", () => {
      if (this.#lines.line === "") return this.#reply({ kind: "interrupt" });
      // As in a shell, Ctrl-C clears a line.
      output.write("^C\n");
      this.#lines.write(null, { ctrl: true, name: "e" });
      this.#lines.write(null, { ctrl: true, name: "u" });
    });
    this.#lines.on("close", () => {
      this.#isClosed = true;
      this.#reply({ kind: "end" });
    });
  }

  async ask(question: string, begun: string = ""): Promise<Reply> {
    const ahead = this.#ahead.shift();
    if (ahead !== undefined) {
      process.stderr.write(`${question}${ahead}\n`);
      return { kind: "line", text: ahead };
    }
    if (this.#isClosed) return { kind: "end" };
    const replied = new Promise<Reply>((resolve) => this.#answer = resolve);
    process.stdin.setRawMode(true);
    this.#lines.resume();
    this.#lines.setPrompt(question);
    this.#lines.prompt();
    if (begun !== "") this.#lines.write(begun);
    const reply = await replied;
    if (reply.kind !== "line") process.stderr.write("\n");
    this.#pause();
    return reply;
  }

  /** Restores the terminal. */
  close(): void {
    if (!this.#isClosed) this.#lines.close();
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
  }

  #reply(reply: Reply): void {
    this.#answer?.(reply);
    this.#answer = undefined;
  }

  /** Stops reading, so that Ctrl-C is a signal. */
  #pause(): void {
    if (this.#isClosed) return;
    this.#lines.pause();
    process.stdin.setRawMode(false);
  }
}
