/**
 * Description of the part of a schema that its library cannot convert to JSON Schema.
 *
 * @module
 */
import { reasonOf } from "../errors.ts";
import { joinPath } from "./lowering/schema_document.ts";

/** Fields that valibot and zod schemas share, as far as they are read here. */
interface Part {
  readonly kind?: unknown;
  readonly type?: unknown;
  readonly _zod?: { readonly def: Part };
  readonly [field: string]: unknown;
}

const DATE_HINT = "a date is sent as text: use v.pipe(v.string(), v.isoTimestamp(), " +
  "v.transform((text) => new Date(text))) or z.iso.datetime().transform((text) => new Date(text))";

/** Describes the reason of a library, the path of the part, and the way out if it is a date. */
export function describeUnsupported(schema: unknown, cause: unknown): string {
  if (cause instanceof RangeError && /call stack/.test(cause.message)) {
    return "it is nested too deeply: expected fewer levels";
  }
  const reason = reasonOf(cause).replace(/\.$/, "");
  const type = /^The "(\w+)" schema|^(\w+?)s? (?:types )?cannot/.exec(reason)?.slice(1).join("");
  if (!type) return reason;
  const path = findPath(schema, type.toLowerCase());
  const where = path === undefined ? "" : path === "" ? " at its root" : ` at "${path}"`;
  return `${reason}${where}${type.toLowerCase() === "date" ? `: ${DATE_HINT}` : ""}`;
}

/** Returns the path of the first part of a type. */
function findPath(schema: unknown, type: string): string | undefined {
  const pending: [part: unknown, path: string][] = [[schema, ""]];
  const seen = new Set<unknown>();
  for (const [part, path] of pending) {
    if (!isSchema(part) || seen.has(part)) continue;
    seen.add(part);
    const fields = part._zod?.def ?? part;
    if (fields.type === type) return path;
    for (const [field, inner] of Object.entries(fields)) {
      if (field === "entries" || field === "shape") {
        for (const [key, one] of Object.entries(inner as object)) {
          pending.push([one, joinPath(path, key)]);
        }
      } else {
        const below = field === "item" || field === "element" ? `${path}[]` : path;
        for (const one of [inner].flat()) pending.push([one, below]);
      }
    }
  }
  return undefined;
}

function isSchema(value: unknown): value is Part {
  if (typeof value !== "object" || value === null) return false;
  return (value as Part).kind === "schema" || (value as Part)._zod !== undefined;
}
