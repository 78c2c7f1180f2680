/**
 * Function calls of an answer, in the output mode `"tool"`.
 *
 * @module
 */
import { asArray, asRecord, asString, tryParseJson } from "../untrusted_values.ts";

/** Function call of a model. */
interface FunctionCall {
  name: string;
  arguments: string;
}

/** Collects the calls of an answer, complete or in fragments. */
export class FunctionCalls {
  /** Calls by index, in the order of their first fragments. */
  readonly #calls = new Map<unknown, FunctionCall>();

  /** Adds calls or fragments of calls. Returns the text that they add to the first call. */
  add(calls: unknown): string {
    let added = "";
    for (const [place, call] of asArray(calls).entries()) {
      const { index, function: called } = asRecord(call);
      const { name, arguments: text } = asRecord(called);
      if (name === undefined && text === undefined) continue;
      // In a stream, each fragment of a call has its index.
      const key = index ?? place;
      const known = this.#calls.get(key) ?? { name: "", arguments: "" };
      this.#calls.set(key, known);
      known.name ||= asString(name) ?? "";
      known.arguments += asString(text) ?? "";
      if (known === this.first) added += asString(text) ?? "";
    }
    return added;
  }

  /** First call; undefined if there is none. */
  get first(): FunctionCall | undefined {
    return this.#calls.values().next().value;
  }

  /**
   * Returns the output of the model: the arguments of its only call. Equal calls count as
   * one. Different calls, and a call of another function whose arguments `isLegal` refuses,
   * are returned as text that is no decision, so that the model is asked again. Returns
   * undefined if there is no call.
   */
  async readOutput(
    schemaName: string,
    isLegal: (output: string) => Promise<boolean>,
  ): Promise<string | undefined> {
    const { first } = this;
    if (first === undefined) return undefined;
    const calls = [...this.#calls.values()];
    const isOne = calls.every((call) => isSame(call, first));
    if (isOne && (first.name === schemaName || await isLegal(first.arguments))) {
      return first.arguments;
    }
    return calls.map(({ name, arguments: text }) => `${name}(${text})`).join("\n");
  }
}

function isSame(call: FunctionCall, other: FunctionCall): boolean {
  return call.name === other.name && normalize(call.arguments) === normalize(other.arguments);
}

/** Returns JSON without white space between its tokens. */
function normalize(text: string): string {
  const value = tryParseJson(text);
  return value === undefined ? text : JSON.stringify(value);
}
