/**
 * Values of flags that are one of some names.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { suggestNearest } from "../schema/option_shape.ts";
import { UsageError } from "./exit_code.ts";

/**
 * Returns the value of a flag.
 *
 * @throws {UsageError} if it is none of the choices.
 */
export function readChoice<Choice extends string>(
  flag: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot use ${quote(value)} for --${flag}: expected one of ${choices.join(", ")}` +
      suggestNearest(value, choices),
  );
}
