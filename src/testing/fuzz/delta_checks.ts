/**
 * What must hold of the deltas of a stream.
 *
 * @module
 */
import type { StreamPart } from "../../loop.ts";
import { printable } from "../trajectory/printable.ts";
import { isSameJson } from "../trajectory/same_json.ts";

/** Joins the deltas of one turn, as a reader of the stream does, and compares them with its decisions. */
export class DeltaChecks {
  readonly #report: (message: string) => void;
  #response = "";
  #reasoning: string[] = [];

  /** Tells what is wrong to `report`. */
  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** Begins a turn. */
  begin(): void {
    this.#response = "";
    this.#reasoning = [];
  }

  /** Takes the next part; `output` is what the model said last. */
  add(part: StreamPart, output: unknown): void {
    switch (part.type) {
      case "delta":
        if (part.field === "response") this.#response += part.text;
        else this.#reasoning[part.index] = (this.#reasoning[part.index] ?? "") + part.text;
        return;
      case "decision":
        this.#compare(output);
        if ("response" in part.decision && typeof part.decision.response === "string") {
          this.#expect("the response", this.#response, part.decision.response);
        }
        this.begin();
        return;
      case "restart":
      case "error":
        this.begin();
    }
  }

  /** Deltas show what the model wrote, before its nulls are taken away and its values transformed. */
  #compare(output: unknown): void {
    const { reasoning = [], decision } =
      (typeof output === "string" ? JSON.parse(output) : output) as {
        readonly reasoning?: readonly string[];
        readonly decision: { readonly response?: unknown };
      };
    // Nothing is shown of an empty text.
    const places = Math.max(reasoning.length, this.#reasoning.length);
    const shown = Array.from({ length: places }, (_, place) => this.#reasoning[place] ?? "");
    this.#expect("the reasoning", shown, reasoning);
    const { response } = decision;
    if (typeof response === "string") this.#expect("the response", this.#response, response);
    else if (response === undefined || response === null) {
      this.#expect("the response", this.#response, "");
    } else this.#expect("the response", JSON.parse(this.#response), response);
  }

  #expect(what: string, found: unknown, expected: unknown): void {
    if (isSameJson(found, expected)) return;
    const [was, wanted] = [found, expected].map((one) => printable(JSON.stringify(one), MAX_SHOWN));
    this.#report(`the deltas of ${what} were ${was}: expected ${wanted}`);
  }
}

/** How much of deltas that are wrong is shown, in characters. */
const MAX_SHOWN = 200;
