import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { programArgs } from "./sqlite_fixture.ts";

/** A program of this folder in a process of its own. */
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

  /** The next line it prints. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the process ended");
    return value;
  }

  /** Lets it go on. */
  async tell(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    writer.releaseLock();
  }

  /** Kills it, as `kill -9` does. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Waits until it has ended; gives what it printed and was not read. */
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
