/**
 * What must hold of the deltas of a stream.
 *
 * @module
 */
import type { StreamPart } from "../../turn/loop.ts";
import { printable } from "../trajectory/printable.ts";
import { isSameJson } from "../trajectory/same_json.ts";

/** Joins the deltas of one turn, as a reader of the stream does, and compares them with its decisions. */
export class DeltaChecks {
  readonly #report: (message: string) => void;
  /** Whether a step answers with text as the model wrote it. */
  readonly #isText: (step: string) => boolean;
  #response = "";
  #reasoning: string[] = [];

  /** Tells what is wrong to `report`; structured answers of a step may be transformed. */
  constructor(report: (message: string) => void, isText: (step: string) => boolean) {
    this.#report = report;
    this.#isText = isText;
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
        if ("response" in part.decision && this.#isText(part.step)) {
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
    const isText = typeof (response ?? "") === "string";
    const shownResponse = isText ? this.#response : parsed(this.#response);
    this.#expect("the response", shownResponse, response ?? "");
  }

  #expect(what: string, found: unknown, expected: unknown): void {
    if (isSameJson(found, expected)) return;
    const [was, wanted] = [found, expected].map((one) => printable(JSON.stringify(one), MAX_SHOWN));
    this.#report(`the deltas of ${what} were ${was}: expected ${wanted}`);
  }
}

/** The value of a JSON text; the text itself where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** How much of deltas that are wrong is shown, in characters. */
const MAX_SHOWN = 200;
