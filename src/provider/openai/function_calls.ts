/**
 * Function calls of an answer, in the output mode `"tool"`.
 *
 * @module
 */
import { isPlainObject } from "../../json/json.ts";
import { asArray, asRecord, asString, tryParseJson } from "../untrusted_values.ts";

/** Function call of a model. */
interface FunctionCall {
  name: string;
  arguments: string;
}

/** Collects the calls of an answer, complete or in fragments. */
export class FunctionCalls {
  /** Calls in the order of their first fragments. */
  readonly #calls: FunctionCall[] = [];
  /** Last call of each index. */
  readonly #open = new Map<unknown, FunctionCall>();

  /** Adds calls or fragments of calls. Returns the text that they add to the first call. */
  add(calls: unknown): string {
    let added = "";
    for (const [place, fragment] of asArray(calls).entries()) {
      const { index, function: called } = asRecord(fragment);
      const { name, arguments: args } = asRecord(called);
      if (name === undefined && args === undefined) continue;
      const text = isPlainObject(args) ? JSON.stringify(args) : asString(args) ?? "";
      // In a stream, each fragment of a call has its index.
      const call = this.#find(index ?? place, asString(name) ?? "", text);
      call.arguments += text;
      if (call === this.first) added += text;
    }
    return added;
  }

  /** Returns the call of a fragment. Gemini sends several calls, each whole, with one index. */
  #find(index: unknown, name: string, text: string): FunctionCall {
    const open = this.#open.get(index);
    const isNext = name !== "" && text !== "" && isPlainObject(tryParseJson(open?.arguments ?? ""));
    if (open !== undefined && !isNext) {
      open.name ||= name;
      return open;
    }
    const call = { name, arguments: "" };
    this.#calls.push(call);
    this.#open.set(index, call);
    return call;
  }

  /** First call; undefined if there is none. */
  get first(): FunctionCall | undefined {
    return this.#calls[0];
  }

  /**
   * Returns the output of the model: the arguments of its only call. Equal calls count as
   * one. Different calls, and a call of another function whose arguments `isLegal` refuses,
   * are returned as text that is not a decision, so that the model is asked again. Returns
   * undefined if there is no call.
   */
  async readOutput(
    schemaName: string,
    isLegal: (output: string) => Promise<boolean>,
  ): Promise<string | undefined> {
    const { first } = this;
    if (first === undefined) return undefined;
    const isOne = this.#calls.every((call) => isSame(call, first));
    if (isOne && (first.name === schemaName || await isLegal(first.arguments))) {
      return first.arguments;
    }
    return this.#calls.map(({ name, arguments: text }) => `${name}(${text})`).join("\n");
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
