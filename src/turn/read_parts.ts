/**
 * Reading the parts of inputs and results.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type { EventMedia, EventPart } from "../history/event_part.ts";
import { decodeBase64, encodeBase64, isBlank } from "../json/text.ts";
import { describeMedia, type MediaPart } from "../llm/part.ts";
import { cutText } from "../tool/result_text.ts";

/** Text of parts, and the parts as events contain them, unless they are text alone. */
interface ReadParts {
  readonly text: string;
  readonly parts?: readonly EventPart[];
}

/**
 * Reads the parts of an input.
 *
 * @throws {ConfigError} if a part is invalid.
 */
export async function readInput(given: readonly unknown[]): Promise<ReadParts> {
  const read = given.map((part, index) => {
    const problem = findProblem(part);
    if (problem === undefined) return copyPart(part as CheckedPart);
    throw new ConfigError(`Cannot start a turn: part ${index} of the input: ${problem}`);
  });
  return await describeParts(read);
}

/**
 * Reads the result of a tool as parts; undefined if it is another value.
 *
 * @param maxChars Maximum length of its texts together.
 */
export async function readResultParts(
  value: unknown,
  maxChars: number,
): Promise<ReadParts | undefined> {
  let read: EventPart[];
  try {
    const given: readonly unknown[] = Array.isArray(value) ? value : [value];
    const isList = given.every((part) => findProblem(part) === undefined);
    // One object with a text is JSON.
    if (!isList || !Array.isArray(value) && (value as CheckedPart).type === "text") {
      return undefined;
    }
    read = given.map((part) => copyPart(part as CheckedPart));
  } catch {
    // A getter or a proxy may throw; the value is shown as far as it can be.
    return undefined;
  }
  let room = maxChars;
  const { text, parts } = await describeParts(read.flatMap((part): EventPart[] => {
    if (part.type !== "text") return [part];
    if (room <= 0) return [];
    const cut = cutText(part.text, room);
    room -= part.text.length;
    return [{ ...part, text: cut }];
  }));
  return parts === undefined ? { text } : { text, parts };
}

/** Part without a problem. */
type CheckedPart =
  | { readonly type: "text"; readonly text: string }
  | {
    readonly type: "image" | "file";
    readonly mediaType: string;
    readonly name?: string;
    readonly data?: Uint8Array;
    readonly url?: string;
  };

/** Fields of each type of part. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  text: ["type", "text"],
  image: ["type", "mediaType", "data", "url"],
  file: ["type", "mediaType", "data", "url", "name"],
};

const MEDIA_TYPE_REGEXP = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/;

/** Address with a host, on one line: `URL` alone ignores line breaks, and takes `data:` and `javascript:`. */
const URL_REGEXP = /^(?!file:)[a-z][a-z\d+.-]*:\/\/\S+$/i;

/** Describes the problem of a part; undefined if it has none. */
function findProblem(part: unknown): string | undefined {
  if (typeof part !== "object" || part === null) return `it is ${quote(part)}: expected an object`;
  const { type, text, mediaType, data, url, name } = part as Record<string, unknown>;
  const fields = typeof type === "string" && Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
  if (fields === undefined) {
    return `its type is ${quote(type)}: expected "text", "image" or "file"`;
  }
  const unknown = Object.keys(part).find((field) => !fields.includes(field));
  if (unknown !== undefined) {
    return `it has the field ${quote(unknown)}: expected only ${fields.map(quote).join(", ")}`;
  }
  if (type === "text") {
    return typeof text === "string" ? undefined : `its text is ${quote(text)}: expected text`;
  }
  const kind = type === "image" ? "image/" : "";
  if (
    typeof mediaType !== "string" || !MEDIA_TYPE_REGEXP.test(mediaType) ||
    !mediaType.toLowerCase().startsWith(kind)
  ) {
    const example = type === "image" ? "image/png" : "application/pdf";
    return `its mediaType is ${quote(mediaType)}: expected one such as ${quote(example)}`;
  }
  if (name !== undefined && (typeof name !== "string" || isBlank(name))) {
    return `its name is ${quote(name)}: expected the name of the file`;
  }
  if ((data === undefined) === (url === undefined)) {
    return `it has ${data === undefined ? "neither data nor url" : "data and url"}: expected one`;
  }
  if (data !== undefined) {
    if (!(data instanceof Uint8Array)) return `its data is ${quote(data)}: expected a Uint8Array`;
    return data.length > 0 ? undefined : "its data is empty: expected at least one byte";
  }
  if (typeof url === "string" && URL_REGEXP.test(url) && URL.canParse(url)) return undefined;
  return `its url is ${quote(url)}: expected an address that the vendor of the model can reach, ` +
    "such as one that begins with https:; pass bytes as data";
}

/** Copies a part, because the caller may change it. */
function copyPart(part: CheckedPart): EventPart {
  if (part.type === "text") return { type: "text", text: part.text };
  const { type, mediaType, name, data, url } = part;
  return {
    type,
    mediaType,
    ...(name !== undefined && { name }),
    ...(data === undefined ? { url: url! } : { data: encodeBase64(data) }),
  };
}

/** Returns the parts that are not blank with their text, or the text alone if it is all. */
async function describeParts(given: readonly EventPart[]): Promise<ReadParts> {
  const parts = given.filter((part) => part.type !== "text" || !isBlank(part.text));
  const texts = await Promise.all(
    parts.map((part) => part.type === "text" ? part.text : describeMedia(decodePart(part))),
  );
  const text = texts.join("\n");
  return parts.some(({ type }) => type !== "text") ? { text, parts } : { text };
}

function decodePart({ data, ...rest }: EventMedia): MediaPart {
  return (data === undefined ? rest : { ...rest, data: decodeBase64(data) }) as MediaPart;
}
