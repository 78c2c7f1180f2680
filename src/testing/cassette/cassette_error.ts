/**
 * What can go wrong with a cassette in a run.
 *
 * @module
 */
import { LLMError } from "../../llm/llm_error.ts";
import { lineDiff } from "../line_diff.ts";
import { commonEnds } from "../text.ts";
import type { Asked, CassetteCall } from "./cassette_call.ts";
import { RECORD_ANEW } from "./cassette_file.ts";

/** A cassette could not be recorded, or was not played to its end. */
export class CassetteError extends LLMError {
  /** `"CASSETTE_FAILED"`; a subclass may be more exact. */
  override readonly code: string = "CASSETTE_FAILED";
  /** The file, as a path. */
  readonly file: string;

  /** Makes the error from the path of the file and what happened. */
  constructor(file: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.file = file;
  }
}

/** A call was made that the cassette has no answer to. Its message shows how the nearest one differs. */
export class CassetteMissError extends CassetteError {
  /** `"CASSETTE_MISS"` */
  override readonly code = "CASSETTE_MISS";
  /** The step in which the call was made; undefined outside a decision. */
  readonly step: string | undefined;

  /** Makes the error from the path of the file, the step and what happened. */
  constructor(file: string, step: string | undefined, message: string) {
    super(file, message);
    this.step = step;
  }
}

/** A call that is not in a cassette, with what is in it. */
export interface Miss {
  /** The file, as a path. */
  readonly file: string;
  /** The call that was made. */
  readonly asked: Asked;
  /** Every recorded call, in order. */
  readonly calls: readonly CassetteCall[];
  /** Those that were played. */
  readonly played: ReadonlySet<CassetteCall>;
  /** Those that are the same as the one made; all of them were played. */
  readonly same: readonly CassetteCall[];
}

/** The message of a miss. */
export function describeMiss(miss: Miss): string {
  const { file, asked, calls, same } = miss;
  const lead = `Cannot replay "${file}" ${placeOf(asked)}`;
  if (same.length > 0) {
    const times = same.length === 1 ? "once" : `${same.length} times`;
    return `${lead}: this request was recorded ${times}, and asked once more: ` +
      `expected no further one; ${RECORD_ANEW}`;
  }
  const nearest = findNearest(miss);
  if (nearest === undefined) {
    return `${lead}: no call of this kind is among the ${calls.length} recorded: ` +
      `expected one; ${RECORD_ANEW}`;
  }
  const now = sectionsOf(asked);
  const diffs = Object.entries(sectionsOf(nearest))
    .map(([title, recorded]) => [title, lineDiff(recorded, now[title]!)])
    .filter(([, diff]) => diff !== "")
    .map(([title, diff]) => `${title}:\n${diff}\n`);
  return `${lead}: no recorded call is the same: ` +
    `expected call ${calls.indexOf(nearest) + 1} of ${calls.length}, ${placeOf(nearest)}, ` +
    `which is the nearest (- recorded, + asked now):\n${diffs.join("")}` +
    `If the change is meant, ${RECORD_ANEW}`;
}

/** A call in few words: its step, or what it is else. */
export function placeOf(asked: Asked): string {
  if (asked.type === "embed") return "in embed()";
  const { step, schemaName } = asked;
  return step === undefined ? `for "${schemaName}"` : `in step "${step}"`;
}

/** The call that has the most in common at its ends; of equals one not played yet, then the first. */
function findNearest({ asked, calls, played }: Miss): CassetteCall | undefined {
  const wanted = Object.values(sectionsOf(asked));
  let [nearest, highest] = [undefined as CassetteCall | undefined, -1];
  for (const call of calls) {
    if (call.type !== asked.type) continue;
    const ends = Object.values(sectionsOf(call))
      .flatMap((section, index) => commonEnds(section, wanted[index]!));
    const score = ends.reduce((sum, length) => sum + length, played.has(call) ? 0 : 0.5);
    if (score > highest) [nearest, highest] = [call, score];
  }
  return nearest;
}

/** The parts of a call that are compared, as text. */
function sectionsOf(asked: Asked): Readonly<Record<string, string>> {
  if (asked.type === "embed") return { texts: asked.texts.join("\n") };
  const { messages, schemaName, schema } = asked;
  return {
    prompt: messages.map(({ role, content, callId }) => {
      return `[${role}${callId === undefined ? "" : ` ${callId}`}]\n${content}`;
    }).join("\n"),
    schema: `name: ${schemaName}\n${JSON.stringify(schema, null, 2)}`,
  };
}
