/**
 * Writing to the standard streams.
 *
 * @module
 */
import { writeSync } from "node:fs";
import { reasonOf } from "../../errors.ts";
import { EXIT } from "../exit_code.ts";
import { endProcess } from "../guard_process.ts";

/**
 * Writes a whole text to a stream. A reader that has gone away ends the process
 * without a message, and any other failure with one.
 */
export function writeAll(stream: 1 | 2, text: string): void {
  for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(stream, rest));
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      // A pipe that is full for now: the reader is slow.
      if (code === "EAGAIN") continue;
      if (code === "EPIPE") endProcess(EXIT.yes);
      // A full disk, for example. On this stream, nothing can be said about it.
      if (stream === 1) writeAll(2, `Cannot write to stdout: ${reasonOf(error)}\n`);
      endProcess(EXIT.no);
    }
  }
}
