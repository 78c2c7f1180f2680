/**
 * Errors of recording and replaying a cassette.
 *
 * @module
 */
import { LLMError } from "../../llm/llm_error.ts";
import { formatLineDiff } from "../line_diff.ts";
import { measureCommonEnds } from "../text.ts";
import type { CassetteCall, CassetteRequest } from "./cassette_call.ts";
import { RECORD_AGAIN } from "./cassette_file.ts";

/** Thrown if a cassette cannot be recorded or was not fully played. */
export class CassetteError extends LLMError {
  /** `"CASSETTE_FAILED"`, or the code of a subclass. */
  override readonly code: string = "CASSETTE_FAILED";
  /** Path of the cassette. */
  readonly file: string;

  /** Creates the error for the cassette at a path. */
  constructor(file: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.file = file;
  }
}

/** Thrown if a request was not recorded. The message shows how the most similar one differs. */
export class CassetteMissError extends CassetteError {
  /** `"CASSETTE_MISS"` */
  override readonly code = "CASSETTE_MISS";
  /** Id of the step of the request; undefined outside a decision. */
  readonly step: string | undefined;

  /** Creates the error for a request in a step. */
  constructor(file: string, step: string | undefined, message: string) {
    super(file, message);
    this.step = step;
  }
}

/** A request without a recorded answer, and the content of the cassette. */
interface Miss {
  /** Path of the cassette. */
  readonly file: string;
  /** Normalized request. */
  readonly request: CassetteRequest;
  /** All recorded calls, in order. */
  readonly calls: readonly CassetteCall[];
  /** Calls that were played. */
  readonly played: ReadonlySet<CassetteCall>;
  /** Calls with an equal request. All of them were played. */
  readonly same: readonly CassetteCall[];
}

/** Returns the message of a miss. */
export function describeMiss(miss: Miss): string {
  const { file, request, calls, same } = miss;
  const lead = `Cannot replay "${file}" ${describePlace(request)}`;
  if (same.length > 0) {
    const times = same.length === 1 ? "once" : `${same.length} times`;
    return `${lead}: this request was recorded ${times}, and all answers were played: ` +
      `expected no further request; ${RECORD_AGAIN}`;
  }
  const nearest = findNearest(miss);
  if (nearest === undefined) {
    const method = request.type === "embed" ? "embed()" : "decide()";
    return `${lead}: none of the ${calls.length} recorded calls is a call of ${method}: ` +
      `expected one; ${RECORD_AGAIN}`;
  }
  const now = sectionsOf(request);
  const diffs = Object.entries(sectionsOf(nearest))
    .map(([title, recorded]) => [title, formatLineDiff(recorded, now[title]!)])
    .filter(([, diff]) => diff !== "")
    .map(([title, diff]) => `${title}:\n${diff}\n`);
  return `${lead}: this request was not recorded: ` +
    `the most similar one is call ${calls.indexOf(nearest) + 1} of ${calls.length}, ` +
    `${describePlace(nearest)} (- recorded, + requested now):\n${diffs.join("")}` +
    `If the change is intended, ${RECORD_AGAIN}`;
}

/** Describes a request by its step, or else by its schema or method. */
export function describePlace(request: CassetteRequest): string {
  if (request.type === "embed") return "in embed()";
  const { step, schemaName } = request;
  return step === undefined ? `for "${schemaName}"` : `in step "${step}"`;
}

/** Returns the call with the longest common prefixes and suffixes; among equals, one not played. */
function findNearest({ request, calls, played }: Miss): CassetteCall | undefined {
  const wanted = Object.values(sectionsOf(request));
  let [nearest, highest] = [undefined as CassetteCall | undefined, -1];
  for (const call of calls) {
    if (call.type !== request.type) continue;
    const ends = Object.values(sectionsOf(call))
      .flatMap((section, index) => measureCommonEnds(section, wanted[index]!));
    const score = ends.reduce((sum, length) => sum + length, played.has(call) ? 0 : 0.5);
    if (score > highest) [nearest, highest] = [call, score];
  }
  return nearest;
}

/** Returns the compared parts of a request, as text by title. */
function sectionsOf(request: CassetteRequest): Readonly<Record<string, string>> {
  if (request.type === "embed") return { texts: request.texts.join("\n") };
  const { messages, schemaName, schema } = request;
  return {
    prompt: messages.map(({ role, content, callId }) => {
      return `[${role}${callId === undefined ? "" : ` ${callId}`}]\n${content}`;
    }).join("\n"),
    schema: `name: ${schemaName}\n${JSON.stringify(schema, null, 2)}`,
  };
}
