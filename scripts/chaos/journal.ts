/**
 * Journal of acknowledged events and effects: a file outside every store, to which all
 * processes append. A line survives the death of its process, because it is written to the
 * operating system before anything follows from it.
 *
 * @module
 */

/** Line of the journal. */
export type JournalRecord =
  & { readonly worker: string; readonly session: string }
  & (
    /** An event was acknowledged to the worker as committed; `body` is that of its entry. */
    | {
      readonly kind: "acknowledged";
      /** Id of the child session; absent for an event of the session itself. */
      readonly child?: string;
      readonly seq: number;
      readonly body: string;
    }
    /** A tool had its effect; `isRecorded` is true if the log already had a result of the call. */
    | {
      readonly kind: "effect";
      readonly tool: string;
      readonly callKey: string;
      readonly isRecorded: boolean;
    }
    /** A person decided about a request. The verdict may not have been committed. */
    | { readonly kind: "decided"; readonly callKey: string; readonly hash: string }
    /** The worker lost its session to another one, and noticed when it appended or renewed. */
    | { readonly kind: "lost"; readonly by: "append" | "renew" }
    /** A turn failed because the storage failed. */
    | { readonly kind: "failed"; readonly message: string }
  );

/** Journal that one worker appends to. */
export class Journal implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();

  /** Opens the journal. Other processes may append to it concurrently. */
  constructor(
    /** Path of the file. */
    readonly path: string,
    /** Name of the worker. */
    readonly worker: string,
  ) {
    this.#file = Deno.openSync(path, { append: true, create: true });
  }

  /** Appends a record. */
  append<Kind extends JournalRecord["kind"]>(
    kind: Kind,
    fields: Omit<Extract<JournalRecord, { kind: Kind }>, "kind" | "worker">,
  ): void {
    const line = JSON.stringify({ kind, worker: this.worker, ...fields });
    // One call, so that lines of several processes do not mix.
    this.#file.writeSync(this.#encoder.encode(`${line}\n`));
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Reads all records of a journal in order. */
export async function readJournal(path: string): Promise<readonly JournalRecord[]> {
  const lines = (await Deno.readTextFile(path)).split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line));
}
