/** Checks for what must not be committed: paths of one machine, tests that do not run. @module */

import type { Sources } from "./module_graph.ts";
import type { Report } from "./report.ts";
import { type Token, tokenize } from "./tokens.ts";

/** An absolute path that means something on one machine only. */
const MACHINE_PATH_REGEXP =
  /(?:(?<=file:\/\/)|(?<![\w.~\-}\])/]))\/(?:root|tmp|(?:home|Users)\/\w+)\/|\b[A-Z]:\\+Users\\/g;

/**
 * Finds absolute paths of a machine.
 *
 * @param path Where the text is from.
 * @param text Any text.
 * @returns One line for each line of the text with such a path.
 */
export function findMachinePaths(path: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const found = line.match(MACHINE_PATH_REGEXP);
    return found ? [`${path}:${index + 1}: names a path of one machine: "${found[0]}"`] : [];
  });
}

/**
 * Finds tests that are skipped, or that keep the others from running.
 *
 * @param path Where the source is from.
 * @param source The text of a test module.
 * @returns One line for each.
 */
export function findDisabledTests(path: string, source: string): string[] {
  const tokens = tokenize(source);
  return tokens.flatMap((token, index) => {
    const words = describe(tokens, index);
    return words ? [`${path}:${token.line}: a test must not be left out: "${words}"`] : [];
  });
}

/** Checks the files git knows. */
export function checkWords(files: Sources): Report {
  return {
    problems: [...files].flatMap(([path, text]) => {
      if (!path.startsWith("tests/")) return findMachinePaths(path, text);
      return path.endsWith(".ts") ? findDisabledTests(path, text) : [];
    }),
  };
}

/** The words at a token that leave a test out: `ignore: true`, or `test.only`. */
function describe(tokens: readonly Token[], index: number): string | undefined {
  const word = tokens[index]!;
  if (word.kind !== "name" || !["ignore", "only", "skip"].includes(word.text)) return undefined;
  const before = tokens[index - 2]?.text ?? "";
  if (tokens[index - 1]?.text === "." && /^(?:test|it|describe|step|bench)$/.test(before)) {
    return `${before}.${word.text}`;
  }
  const isTrue = tokens[index + 1]?.text === ":" && tokens[index + 2]?.text === "true";
  return isTrue ? `${word.text}: true` : undefined;
}
