/**
 * Reading what a tool returned.
 *
 * @module
 */
import { isThenable } from "../../abort.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { EventPart } from "../../history/event_part.ts";
import { drain, isGenerator } from "../../tool/drain.ts";
import { isResponse, readResponse, type ResponseResult } from "../../tool/response_text.ts";
import { type ResultLimits, type ResultText, resultText } from "../../tool/result_text.ts";
import type { ToolContext } from "../../tool/tool_context.ts";
import type { Warn } from "../observer.ts";
import { readResultParts } from "../read_parts.ts";
import { Suspension } from "./child_call.ts";

/** Outcome of a call, and its text for the model. */
export interface Outcome {
  readonly outcome: SessionEvent<"tool_finished">["outcome"];
  readonly text: string;
  /** Parts of the result, if it has a picture or a file. */
  readonly parts?: readonly EventPart[];
  /** Error that the tool threw, for its author; never stored. */
  readonly thrown?: unknown;
}

/** Settings of the calls of an agent. */
export interface ReadOptions extends ResultLimits {
  /** Warns the author of a result that cannot be shown. */
  readonly warn: Warn;
}

/** Call whose result is read. */
interface ReadCall {
  /** Name of the tool. */
  readonly tool: string;
  readonly context: ToolContext;
  readonly options: ReadOptions;
  /** Called for each value that the tool yields; undefined if nobody reads them. */
  readonly onValue: ((value: unknown) => Promise<void>) | undefined;
}

/**
 * Runs a tool and reads its result to the end: a generator, the body of a response, and promises in
 * the result. A call that returned is never reported as failed because of the form of its result.
 * Warns the author of a result that cannot be shown.
 *
 * @throws What the tool throws.
 */
export async function readResult(
  run: () => unknown,
  { tool, context, options, onValue }: ReadCall,
): Promise<Outcome | Suspension> {
  const returned = run();
  let value = isThenable(returned) ? await returned : returned;
  if (isSuspension(value)) return value;
  if (isGenerator(value)) ({ value } = await drain(value, context.signal, onValue));
  if (mayHaveParts(value)) {
    const media = await readResultParts(value, options.maxResultChars);
    if (media !== undefined) return { outcome: "ok", ...media };
  }
  const read: ResultText & Partial<ResponseResult> = isResponse(value)
    ? await readResponse(value, options.maxResultChars, context.signal)
    : await resultText(value, options);
  const { outcome = "ok", text, hidden } = read;
  if (hidden !== undefined) {
    options.warn(
      `result of ${tool}`,
      `Cannot show the whole result of tool "${tool}" to the model: it has a value without a text ` +
        `form (${hidden}): return text, or values that JSON has`,
    );
  }
  return { outcome, text };
}

/** Returns true if a result looks like a part, or like a list of parts. Never throws. */
function mayHaveParts(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === "object" && first !== null && "type" in first &&
      (first.type === "text" || first.type === "image" || first.type === "file");
  } catch {
    // A proxy may throw when it is inspected.
    return false;
  }
}

function isSuspension(value: unknown): value is Suspension {
  try {
    return value instanceof Suspension;
  } catch {
    // A proxy may throw whenever it is inspected. It is a result like any other.
    return false;
  }
}
