/**
 * Errors in few words.
 *
 * @module
 */

/**
 * What the conventions call `error.type`: the stable code of an error, or the
 * name of its class. It tells kinds of errors apart and says nothing of what was
 * said, which a message may.
 *
 * @see {@link https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/}
 */
export function errorTypeOf(error: unknown): string {
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    for (const type of [code, name]) if (typeof type === "string" && type !== "") return type;
  } catch {
    // It has neither, or its own code threw.
  }
  return "_OTHER";
}
