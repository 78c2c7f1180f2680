/**
 * Preview of an output that a model is still writing.
 *
 * @module
 */
import { IncrementalJson, type JsonPath, type JsonPiece } from "../json/incremental_json.ts";

/**
 * Part of an output that a model is still writing, between the events of
 * `session.stream()`. Deltas are a preview: the `decision` event that follows
 * has all of it. An `error` event, or a `restart`, makes those before it void.
 */
export type Delta =
  | {
    /** The discriminator. */
    readonly type: "delta";
    /** More of the response: text, or JSON in a step with an `answer` schema. */
    readonly field: "response";
    /** Text that arrived. */
    readonly text: string;
  }
  | {
    /** The discriminator. */
    readonly type: "delta";
    /** More of the reasoning. */
    readonly field: "reasoning";
    /** Index of the reasoning text, from 0. */
    readonly index: number;
    /** Text that arrived. */
    readonly text: string;
  }
  | {
    /** The output begins again, for example by a retry: all that arrived since the last event is void. */
    readonly type: "restart";
  };

/**
 * Reads the text of one decision while it arrives, and gives its reasoning and
 * its response. It judges nothing but JSON: whether the decision is legal is
 * known when it is complete.
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
   * Takes more text and gives what arrived of it. Never throws. Nothing comes of a
   * response that is null, nor of anything from the first character on that cannot be JSON.
   */
  push(text: string): readonly Delta[] {
    const deltas: Delta[] = [];
    // A loop: most texts are a few characters, and `flatMap` would take longer than the parser.
    for (const piece of this.#json.push(text)) {
      const delta = deltaOf(piece);
      if (delta !== undefined) deltas.push(delta);
    }
    return deltas;
  }
}

function isShown(path: JsonPath): boolean {
  if (path.length !== 2) return false;
  const field = path[0];
  const place = path[1];
  return field === "decision" && place === "response" ||
    field === "reasoning" && typeof place === "number";
}

function deltaOf({ path, kind, text }: JsonPiece): Delta | undefined {
  const index = path[1];
  if (typeof index === "number") {
    return kind === "characters" ? { type: "delta", field: "reasoning", index, text } : undefined;
  }
  if (kind === "literal" && text === "null") return undefined;
  return { type: "delta", field: "response", text };
}
