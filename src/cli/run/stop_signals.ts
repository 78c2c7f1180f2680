/**
 * Ctrl-C and SIGTERM in the agent's process.
 *
 * @module
 */
import process from "node:process";
import { EXIT } from "../exit_code.ts";
import { endProcess } from "../guard_process.ts";
import type { Conversation } from "./conversation.ts";

/** Handles the signals that stop a process: the first one lets the running turn settle. */
export class StopSignals {
  /** Exit code of the signal that came; undefined if none did. */
  code: number | undefined;
  #conversation: Conversation | undefined;
  readonly #onStop: (code: number) => void;
  readonly #onInterrupt = () => this.#stop(EXIT.interrupted);
  readonly #onTerminate = () => this.#stop(EXIT.terminated);

  /**
   * Begins to listen.
   *
   * @param onStop Called with the exit code when the running turn is interrupted.
   */
  constructor(onStop: (code: number) => void) {
    this.#onStop = onStop;
    process.on("SIGINT", this.#onInterrupt);
    process.on("SIGTERM", this.#onTerminate);
  }

  /** Stops turns of this conversation from now on. */
  watch(conversation: Conversation): void {
    this.#conversation = conversation;
  }

  /** Forgets a signal whose turn has settled. */
  reset(): void {
    this.code = undefined;
  }

  /** Ends listening. */
  close(): void {
    process.off("SIGINT", this.#onInterrupt);
    process.off("SIGTERM", this.#onTerminate);
  }

  #stop(code: number): void {
    const isRepeated = this.code !== undefined;
    this.code = code;
    const { isRunning = false } = this.#conversation ?? {};
    // A second signal, or nothing that could settle.
    if (isRepeated || !isRunning) endProcess(code);
    this.#onStop(code);
    // A failure of the turn reaches whoever waits for it.
    this.#conversation!.interrupt().catch(() => {});
  }
}
