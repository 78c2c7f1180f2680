/**
 * A worker, as the one who kills it sees it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { WorkerTask } from "./worker.ts";

const PROGRAM = fileURLToPath(import.meta.resolve("./worker.ts"));
const CONFIG = fileURLToPath(import.meta.resolve("../../deno.json"));

/** Result of a worker. */
export interface WorkerEnd {
  /** Its exit code; 137 for one that was killed. */
  readonly code: number;
  /** Text on its standard error. */
  readonly errors: string;
}

/** A process that plays sessions. */
export class WorkerProcess {
  /** Its name. */
  readonly name: string;
  /** Promise of its result. */
  readonly end: Promise<WorkerEnd>;
  readonly #child: Deno.ChildProcess;
  readonly #words: ReadableStreamDefaultReader<string>;
  #heard = "";

  /** Starts the process. */
  constructor(task: WorkerTask) {
    this.name = task.worker;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--allow-all", `--config=${CONFIG}`, PROGRAM],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#words = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.end = this.#run(task);
  }

  /** Waits until it has said a word. False if it ends before. */
  async hears(word: string): Promise<boolean> {
    while (!this.#heard.includes(`${word}\n`)) {
      const { done, value } = await this.#words.read();
      if (done) return false;
      this.#heard += value;
    }
    return true;
  }

  /** Kills, stops or continues it, if it lives. */
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It ended by itself meanwhile.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async #run(task: WorkerTask): Promise<WorkerEnd> {
    const errors = new Response(this.#child.stderr).text();
    const told = new Blob([JSON.stringify(task)]).stream().pipeTo(this.#child.stdin);
    const { code } = await this.#child.status;
    // Output may still be on its way. It is not needed.
    while (!(await this.#words.read()).done);
    await told.catch(() => {});
    return { code, errors: await errors };
  }
}
