/**
 * Deltas of an output that a model is still writing.
 *
 * @module
 */
import { IncrementalJson, type JsonPath, type JsonPiece } from "../json/incremental_json.ts";

/**
 * Part of an output that a model is still writing, in a stream of `session.stream()`.
 * Deltas are a preview: the `decision` event that follows has the whole output. An
 * `error` event or a `restart` invalidates all deltas since the event before.
 */
export type Delta =
  | {
    /** Discriminator. */
    readonly type: "delta";
    /** More of the response: text, or JSON in a step with an `answer` schema. */
    readonly field: "response";
    /** Text that arrived. */
    readonly text: string;
  }
  | {
    /** Discriminator. */
    readonly type: "delta";
    /** More of the reasoning. */
    readonly field: "reasoning";
    /** Index of the reasoning text, from 0. */
    readonly index: number;
    /** Text that arrived. */
    readonly text: string;
  }
  | {
    /** Discriminator. The output starts again, for example after a retry: discard the deltas since the last event. */
    readonly type: "restart";
  };

/**
 * Parses the text of one decision while it arrives, and returns deltas of its reasoning
 * and its response. It does not check that the decision is legal, which is known only
 * when it is complete.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { OutputPreview } from "./output_preview.ts";
 *
 * const preview = new OutputPreview();
 * assertEquals(preview.push('{"reasoning":[],"decision":{"action":"RESPOND","respo'), []);
 * const [delta] = preview.push('nse":"Good mor');
 * assertEquals(delta, { type: "delta", field: "response", text: "Good mor" });
 * ```
 */
export class OutputPreview {
  readonly #json = new IncrementalJson(isShown);

  /**
   * Parses more text and returns its deltas. Never throws. Returns no deltas for a response
   * that is null, and none after a syntax error.
   */
  push(text: string): readonly Delta[] {
    const deltas: Delta[] = [];
    // A loop, because most texts are a few characters: `flatMap` would take longer than the parser.
    for (const piece of this.#json.push(text)) {
      const delta = buildDelta(piece);
      if (delta !== undefined) deltas.push(delta);
    }
    return deltas;
  }
}

function isShown(path: JsonPath): boolean {
  if (path.length !== 2) return false;
  const [field, key] = path;
  return field === "decision" && key === "response" ||
    field === "reasoning" && typeof key === "number";
}

function buildDelta({ path, kind, text }: JsonPiece): Delta | undefined {
  const index = path[1];
  if (typeof index === "number") {
    return kind === "characters" ? { type: "delta", field: "reasoning", index, text } : undefined;
  }
  if (kind === "literal" && text === "null") return undefined;
  return { type: "delta", field: "response", text };
}
