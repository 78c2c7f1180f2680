/**
 * Importing modules that an author names.
 *
 * @module
 */

/** Maximum time that a module may take to load, in milliseconds. */
const MAX_TIME = 15_000;

/**
 * Imports a module.
 *
 * @param maxTime Maximum time in milliseconds. `@default {15_000}`
 * @throws {Error} if it does not finish in time, and what the runtime throws if it cannot be loaded.
 */
export async function importInTime(
  specifier: string,
  maxTime: number = MAX_TIME,
): Promise<Readonly<Record<string, unknown>>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = maxTime / 1000;
      reject(
        new Error(
          `it did not finish loading within ${seconds} s: it waits at its top level, or for a download`,
        ),
      );
    }, maxTime);
  });
  try {
    return await Promise.race([import(specifier), late]);
  } finally {
    clearTimeout(timer);
  }
}
