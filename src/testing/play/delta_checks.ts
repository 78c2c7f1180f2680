/**
 * Checks of the deltas of a stream.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { StreamPart } from "../../turn/stream_part.ts";
import { isSameJson } from "../json_difference.ts";
import { escapeHidden } from "../text.ts";

/** Joins the deltas of one turn as a reader would, and compares them with its decisions. */
export class DeltaChecks {
  readonly #report: (message: string) => void;
  /** Returns true if the step answers with unmodified text of the model. */
  readonly #isText: (step: string) => boolean;
  #response = "";
  #reasoning: string[] = [];

  /** Creates checks; `isText` returns true for steps that answer with text. */
  constructor(report: (message: string) => void, isText: (step: string) => boolean) {
    this.#report = report;
    this.#isText = isText;
  }

  /** Starts a turn, or an output that replaces the current one. */
  begin(): void {
    this.#response = "";
    this.#reasoning = [];
  }

  /** Adds the next part; `output` is the last output of the model. */
  add(part: StreamPart, output: unknown): void {
    if (part.type === "delta") {
      if (part.field === "response") this.#response += part.text;
      else this.#reasoning[part.index] = (this.#reasoning[part.index] ?? "") + part.text;
      return;
    }
    if (part.type === "decision") this.#compare(part, output);
    if (["decision", "restart", "error"].includes(part.type)) this.begin();
  }

  /** Compares the deltas with the raw output, because they precede every transformation. */
  #compare({ decision, step }: SessionEvent<"decision">, output: unknown): void {
    const { reasoning = [], decision: said } = parseIfText(output) as Output;
    const response = said.response ?? "";
    // An empty text has no deltas.
    const length = Math.max(reasoning.length, this.#reasoning.length);
    const shown = Array.from({ length }, (_, index) => this.#reasoning[index] ?? "");
    this.#expect("the reasoning", shown, reasoning);
    const isText = typeof response === "string";
    this.#expect("the response", isText ? this.#response : parseIfText(this.#response), response);
    if (!("response" in decision) || !this.#isText(step)) return;
    this.#expect("the response", this.#response, decision.response);
  }

  #expect(subject: string, found: unknown, expected: unknown): void {
    if (isSameJson(found, expected)) return;
    const [was, wanted] = [found, expected].map((one) =>
      escapeHidden(JSON.stringify(one), MAX_SHOWN)
    );
    this.#report(`the deltas of ${subject} were ${was}: expected ${wanted}`);
  }
}

/** An output that was parsed as a decision. */
interface Output {
  readonly reasoning?: readonly string[];
  readonly decision: { readonly response?: unknown };
}

/** Parses JSON text; returns any other value unchanged. */
function parseIfText(output: unknown): unknown {
  try {
    return typeof output === "string" ? JSON.parse(output) : output;
  } catch {
    return output;
  }
}

/** Maximum number of characters shown of wrong deltas. */
const MAX_SHOWN = 200;
