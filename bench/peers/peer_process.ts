/**
 * Process of one framework, so that frameworks do not affect each other.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { About, Request } from "./frameworks/peer.ts";

/** Configuration flag of every process that imports another framework. */
export const CONFIG: string = `--config=${
  fileURLToPath(new URL("frameworks/deno.json", import.meta.url))
}`;

/** Running worker. */
export class PeerProcess {
  /** Description of the framework. */
  readonly about: Promise<About>;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  /** Starts the worker of a module of `frameworks/`. */
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
    // Some packages include types of Node for web streams, which differ from those of Deno.
    const input = Readable.fromWeb(this.#child.stdout as never);
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
    this.about = this.#read<About>();
  }

  /** Requests a measurement: microseconds per model call, or bytes per idle conversation. */
  async ask(request: Request): Promise<number> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    return await this.#read<number>();
  }

  async #read<Value>(): Promise<Value> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`Cannot measure ${this.name}: its process ended: expected a reply`);
    return JSON.parse(value);
  }

  /** Ends the worker. */
  async end(): Promise<void> {
    await this.#input.close();
    await this.#child.status;
  }
}
