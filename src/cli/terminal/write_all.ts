/**
 * Writing to the standard streams.
 *
 * @module
 */
import { writeSync } from "node:fs";
import { endProcess } from "../host/guard_process.ts";

/** Writes a whole text to a stream. A reader that has gone away ends the process without a message. */
export function writeAll(stream: 1 | 2, text: string): void {
  for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(stream, rest));
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      // A pipe that is full for now: the reader is slow.
      if (code === "EAGAIN") continue;
      if (code === "EPIPE") endProcess(0);
      throw error;
    }
  }
}
