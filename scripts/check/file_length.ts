/** Checks that no file has grown too long to read. @module */

import type { Sources } from "./module_graph.ts";
import type { Report } from "./report.ts";

/** The most lines a file may have. */
const MAXIMUM_LINES = 400;

/**
 * Finds files that are too long.
 *
 * @param sources The files by path, with the text of each.
 * @param maximum The most lines a file may have.
 * @returns One line for each file.
 */
export function findLongFiles(sources: Sources, maximum: number = MAXIMUM_LINES): string[] {
  return [...sources].flatMap(([path, source]) => {
    const lines = countLines(source);
    return lines > maximum ? [`${path}: has ${lines} lines: at most ${maximum} are allowed`] : [];
  });
}

/** Checks the source files of the repository. */
export function checkFileLength(files: Sources): Report {
  return { problems: findLongFiles(files) };
}

function countLines(source: string): number {
  const lines = source.split("\n").length;
  return source.endsWith("\n") || source === "" ? lines - 1 : lines;
}
