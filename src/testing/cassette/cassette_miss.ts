/**
 * What a call that is not in a cassette is told: how it differs from the
 * recorded one that is nearest to it.
 *
 * @module
 */
import type { Asked, CassetteCall } from "./cassette_call.ts";
import { RECORD_ANEW } from "./cassette_file.ts";
import { lineDiff } from "./line_diff.ts";

/** What the message is made from. */
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
  const number = calls.indexOf(nearest) + 1;
  const diffs = Object.entries(sectionsOf(nearest)).flatMap(([title, recorded]) => {
    const diff = lineDiff(recorded, sectionsOf(asked)[title] ?? "");
    return diff === "" ? [] : [`${title}:\n${diff}`];
  });
  return `${lead}: no recorded call is the same: expected call ${number} of ${calls.length}, ` +
    `${placeOf(nearest)}, which is the nearest (- recorded, + asked now):\n` +
    `${diffs.join("\n")}\nIf the change is meant, ${RECORD_ANEW}`;
}

/** A call in few words: its step, or what it is else. */
export function placeOf(asked: Asked): string {
  if (asked.type === "embed") return "in embed()";
  const { step, schemaName } = asked;
  return step === undefined ? `for "${schemaName}"` : `in step "${step}"`;
}

/** The call that has the most lines in common; of equals one not played yet, then the first. */
function findNearest({ asked, calls, played }: Miss): CassetteCall | undefined {
  const wanted = Object.values(sectionsOf(asked)).map(countLines);
  // Many calls share a schema, which is the longer text.
  const known = new Map<unknown, number>();
  let nearest: CassetteCall | undefined;
  let highest = -1;
  for (const call of calls) {
    if (call.type !== asked.type) continue;
    const sections = Object.values(sectionsOf(call));
    let score = played.has(call) ? 0 : 1e-6;
    for (const [index, section] of sections.entries()) {
      const likeness = known.get(section) ?? likenessOf(wanted[index]!, countLines(section));
      known.set(section, likeness);
      score += likeness;
    }
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

/** How often each line occurs; of a long text only its beginning and its end count. */
function countLines(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const half = MAX_COMPARED / 2;
  const considered = text.length <= MAX_COMPARED
    ? text
    : `${text.slice(0, half)}\n${text.slice(-half)}`;
  for (const line of considered.split("\n")) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** Characters of a text that count when the nearest call is looked for. */
const MAX_COMPARED = 100_000;

/** The share of lines that two texts have in common, from 0 to 1. */
function likenessOf(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let [common, total] = [0, 0];
  for (const [line, count] of a) {
    common += Math.min(count, b.get(line) ?? 0);
    total += count;
  }
  for (const count of b.values()) total += count;
  return 2 * common / total;
}
