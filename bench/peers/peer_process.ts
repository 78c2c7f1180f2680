/**
 * One peer in a process of its own, so that no framework's heap or hooks
 * disturb another's.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { About, Request } from "./frameworks/peer.ts";

/** The settings of every process that imports a peer. */
export const CONFIG: string = `--config=${
  fileURLToPath(new URL("frameworks/deno.json", import.meta.url))
}`;

/** A running worker. */
export class PeerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  /** Starts the worker of a module of this folder. */
  constructor(readonly name: string) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        "--quiet",
        CONFIG,
        "--v8-flags=--expose-gc",
        fileURLToPath(new URL("frameworks/worker.ts", import.meta.url)),
        name,
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    // Node's types for web streams, which some packages bring along, are not those of Deno.
    const input = Readable.fromWeb(this.#child.stdout as never);
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  /** Asks for what the peer says of itself. */
  ask(request: Extract<Request, { task: "about" }>): Promise<About>;
  /** Asks for a measurement: microseconds per model call, or bytes per idle conversation. */
  ask(request: Exclude<Request, { task: "about" }>): Promise<number>;
  async ask(request: Request): Promise<About | number> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`Cannot measure ${this.name}: its process ended`);
    return JSON.parse(value);
  }

  /** Ends the worker. */
  async end(): Promise<void> {
    await this.#input.close();
    await this.#child.status;
  }
}
