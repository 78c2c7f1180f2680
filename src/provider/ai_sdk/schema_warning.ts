/**
 * Whether a model warned that it answers without the schema.
 *
 * @module
 */
import { itemsOf, membersOf, textIn } from "./loose.ts";

/** What stands for the schema in a warning in words. */
const SCHEMA_REGEXP = /response[ _]?format|json[ _]?schema|structured[ _]?output/i;

/** That it is not used. What is only replaced or relaxed is validated afterwards. */
const DROPPED_REGEXP = /\b(?:not|n't|only|ignor\w*|unsupported|drop\w*|omit\w*|without)\b|\bno\b/i;

/**
 * What the warnings of a call say of a schema that was dropped, or undefined.
 * Other warnings, as of a temperature that the model does not have, are let go;
 * so are those of keywords that were taken out of the schema (`compatibility`),
 * for the answer is validated with the whole of it.
 */
export function schemaWarningOf(warnings: unknown): string | undefined {
  for (const warning of itemsOf(warnings)) {
    const { type, feature, setting, details, message } = membersOf(warning);
    const said = textIn(details) ?? textIn(message) ?? "the response format is not supported";
    switch (type) {
      case "unsupported": // v3, v4
      case "unsupported-setting": // v2
        if ((feature ?? setting) === "responseFormat") return said;
        break;
      case "compatibility":
        if (feature === "responseFormat") return said;
        break;
      case "other":
        if (SCHEMA_REGEXP.test(said) && DROPPED_REGEXP.test(said)) return said;
    }
  }
  return undefined;
}
