import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { programArgs } from "./sqlite_fixture.ts";

/** Process of a program of this folder. */
export class ChildProgram {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #hasEnded = false;

  constructor(program: string, ...args: string[]) {
    const command = new Deno.Command(Deno.execPath(), {
      args: [...programArgs(program, ["--allow-all"]), ...args],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    });
    this.#child = command.spawn();
    const stdout = Readable.fromWeb(this.#child.stdout);
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** Reads the next line of its output. */
  async readLine(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("Cannot read a line: the process ended: expected more output");
    return value;
  }

  /** Sends a byte to its standard input. */
  async notify(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    writer.releaseLock();
  }

  /** Sends a signal to the process. */
  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** Kills the process with SIGKILL. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Waits until the process has ended. Returns the lines that were not read. */
  async end(): Promise<string[]> {
    const lines: string[] = [];
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) {
      lines.push(next.value);
    }
    await this.#close();
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    this.kill();
    await this.end();
  }

  async #close(): Promise<void> {
    this.#hasEnded = true;
    await this.#child.stdin.close().catch(() => {});
    await this.#child.status;
  }
}
