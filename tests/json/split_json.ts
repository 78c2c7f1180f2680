/** Helpers for the tests of incremental JSON: parsing of texts that are split into parts. */
import { assertEquals } from "@std/assert";
import { IncrementalJson, type JsonPath, type JsonPiece } from "../../src/json/incremental_json.ts";

/** Result of parsing a text. */
export interface Outcome {
  /** Wanted values, in order, with their pieces joined. */
  readonly values: readonly JsonPiece[];
  /** Index of the first syntax error. */
  readonly fault: number | undefined;
}

/** Parses the parts of a text. Asserts that no piece is empty or splits a surrogate pair. */
export function readParts(
  parts: readonly string[],
  wants: (path: JsonPath) => boolean = () => true,
): Outcome {
  const json = new IncrementalJson(wants);
  const values: JsonPiece[] = [];
  for (const part of parts) {
    const pieces = json.push(part);
    assertEquals(new Set(pieces.map(({ path }) => path)).size, pieces.length, "One piece for each");
    for (const piece of pieces) {
      assertEquals(piece.text === "", false, "A piece is empty");
      const before = values.at(-1);
      // The pieces of one value have one path, as an object.
      if (before?.path !== piece.path) values.push(piece);
      else {
        const isBroken = isHigh(before.text.at(-1)!) && isLow(piece.text[0]!);
        assertEquals(isBroken, false, "A surrogate pair is broken");
        values[values.length - 1] = { ...piece, text: before.text + piece.text };
      }
    }
  }
  return { values, fault: json.fault };
}

/** Parses a text. Asserts that every split in three and single characters have the same outcome. */
export function readSplit(text: string, wants?: (path: JsonPath) => boolean): Outcome {
  const whole = readParts([text], wants);
  const message = () => `Split otherwise: ${JSON.stringify(text)}`;
  assertEquals(readParts(text.split(""), wants), whole, message());
  // Short texts are split at every pair of indexes, long texts at every single index.
  const reach = text.length > 60 ? 0 : text.length;
  for (let first = 0; first <= text.length; first++) {
    for (let second = first; second <= Math.min(text.length, first + reach); second++) {
      const parts = [text.slice(0, first), text.slice(first, second), text.slice(second)];
      const outcome = readParts(parts, wants);
      // Compared as text first, because assertEquals is much slower.
      if (JSON.stringify(outcome) !== JSON.stringify(whole)) {
        assertEquals(outcome, whole, message());
      }
    }
  }
  return whole;
}

/** Returns true if `JSON.parse` accepts a text. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isHigh(unit: string): boolean {
  return unit >= "\ud800" && unit <= "\udbff";
}

function isLow(unit: string): boolean {
  return unit >= "\udc00" && unit <= "\udfff";
}
