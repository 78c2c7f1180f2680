/**
 * Handle of a worker process.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { WorkerTask } from "./worker.ts";

const PROGRAM = fileURLToPath(import.meta.resolve("./worker.ts"));
const CONFIG = fileURLToPath(import.meta.resolve("../../deno.json"));

/** Result of a worker. */
export interface WorkerEnd {
  /** Exit code; 137 if it was killed. */
  readonly code: number;
  /** Text on its standard error. */
  readonly errors: string;
}

/** Process that plays sessions. */
export class WorkerProcess {
  /** Name of the worker. */
  readonly name: string;
  /** Promise of its result. */
  readonly end: Promise<WorkerEnd>;
  readonly #child: Deno.ChildProcess;
  readonly #stdout: ReadableStreamDefaultReader<string>;
  #output = "";

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
    this.#stdout = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.end = this.#run(task);
  }

  /** Waits until the worker has printed a word. Returns false if it ends before. */
  async waitFor(word: string): Promise<boolean> {
    while (!this.#output.includes(`${word}\n`)) {
      const { done, value } = await this.#stdout.read();
      if (done) return false;
      this.#output += value;
    }
    return true;
  }

  /** Kills, suspends or continues the process, unless it has ended. */
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // The process ended meanwhile.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async #run(task: WorkerTask): Promise<WorkerEnd> {
    const errors = new Response(this.#child.stderr).text();
    const sent = new Blob([JSON.stringify(task)]).stream().pipeTo(this.#child.stdin);
    const { code } = await this.#child.status;
    // Drains the rest of the output, which is not needed.
    while (!(await this.#stdout.read()).done);
    await sent.catch(() => {});
    return { code, errors: await errors };
  }
}
