/**
 * Importing modules that an author names.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { reasonOf } from "../errors.ts";

/** Maximum time that a module may take to load, in milliseconds. */
const MAX_TIME = 15_000;

/**
 * Imports a module.
 *
 * @param maxTime Maximum time in milliseconds. `@default {15_000}`
 * @throws {Error} if it cannot be loaded, or does not finish in time; the message has no colours.
 */
export async function importInTime(
  specifier: string,
  maxTime: number = MAX_TIME,
): Promise<Readonly<Record<string, unknown>>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = maxTime / 1000;
      reject(new Error(`it waits at its top level for longer than ${seconds} s`));
    }, maxTime);
  });
  try {
    return await Promise.race([import(specifier), late]);
  } catch (cause) {
    const reason = stripVTControlCharacters(reasonOf(cause));
    throw reason === reasonOf(cause) ? cause : new Error(reason, { cause });
  } finally {
    clearTimeout(timer);
  }
}
