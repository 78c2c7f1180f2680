/**
 * Descriptions of values that have no text form.
 *
 * @module
 */
import { reasonOf } from "../errors.ts";
import { redactSecrets } from "../json/secret_patterns.ts";
import { oneLine } from "../json/text.ts";

/** Maximum length of a description, in characters. */
const MAX_CHARS = 200;

/**
 * Describes a value by its type and size, for example `Blob, image/png, 5,120 bytes`. Never throws.
 *
 * @param failure Holds what was thrown when the value was read.
 */
export function describeValue(value: unknown, failure?: { readonly thrown: unknown }): string {
  const parts = [tryDescribe(value)];
  if (failure !== undefined) parts.push(`which throws: ${redactSecrets(reasonOf(failure.thrown))}`);
  return oneLine(parts.join(", "), MAX_CHARS);
}

function tryDescribe(value: unknown): string {
  try {
    return describe(value).filter((part) => part !== "").join(", ");
  } catch {
    return typeof value;
  }
}

function describe(value: unknown): string[] {
  if (typeof value === "function") return [`function ${value.name}`.trim()];
  if (typeof value !== "object" || value === null) return [String(value)];
  const name = nameOf(value);
  if (value instanceof File) return [name, value.name, value.type, countBytes(value.size)];
  if (value instanceof Blob) return [name, value.type, countBytes(value.size)];
  if (value instanceof Response) {
    return [name, `${value.status}`, value.headers.get("content-type") ?? ""];
  }
  return "byteLength" in value && typeof value.byteLength === "number"
    ? [name, countBytes(value.byteLength)]
    : [name];
}

/** Returns the name of a value's class. */
function nameOf(value: object): string {
  const name: unknown = value.constructor?.name;
  if (typeof name === "string" && name !== "") return name;
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

function countBytes(bytes: number): string {
  return `${bytes.toLocaleString("en-US")} ${bytes === 1 ? "byte" : "bytes"}`;
}
