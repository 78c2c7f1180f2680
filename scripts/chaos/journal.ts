/**
 * Journal of all events, in one order: a file outside of every store, to which all
 * processes append, each line flushed to the disk before anything follows from it.
 *
 * @module
 */

/** One line of the journal: who wrote it, about which session, and what happened. */
export type Note =
  & { readonly worker: string; readonly session: string }
  & (
    /** A worker was told that an event is committed; `body` is the text of its entry. */
    | { readonly kind: "acknowledged"; readonly seq: number; readonly body: string }
    /** A tool did something outside; `isRecorded` if the log had a result of the call already. */
    | {
      readonly kind: "effect";
      readonly tool: string;
      readonly callKey: string;
      readonly isRecorded: boolean;
    }
    /** A worker was told that another one has taken its session over, when it did `by`. */
    | { readonly kind: "lost"; readonly by: "append" | "renew" }
    /** A turn failed because the storage did. */
    | { readonly kind: "failed"; readonly message: string }
  );

/** The journal, as one worker writes it. */
export class Journal implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();

  /** Opens the journal, which other processes may write at the same time. */
  constructor(
    /** The file. */
    readonly path: string,
    /** Name of the writer. */
    readonly worker: string,
  ) {
    this.#file = Deno.openSync(path, { append: true, create: true });
  }

  /** Appends a line. It is on the disk when this returns. */
  note<Kind extends Note["kind"]>(
    kind: Kind,
    fields: Omit<Extract<Note, { kind: Kind }>, "kind" | "worker">,
  ): void {
    const line = JSON.stringify({ kind, worker: this.worker, ...fields });
    // One call, so that lines of several processes do not mix.
    this.#file.writeSync(this.#encoder.encode(`${line}\n`));
    this.#file.syncDataSync();
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** All lines of a journal, in order. */
export async function readJournal(path: string): Promise<readonly Note[]> {
  const lines = (await Deno.readTextFile(path)).split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line));
}
