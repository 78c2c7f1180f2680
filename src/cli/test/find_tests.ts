/**
 * Finding files of tests, and the agents that they are about.
 *
 * @module
 */
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { quote } from "../../errors.ts";
import { CommandError } from "../exit_code.ts";
import { findProject, type Project } from "../project.ts";

/** File of tests. */
export interface FoundTests {
  /** Path of the file, relative to the working directory. */
  readonly file: string;
  /** Agent of its folder, or of one above it within the project. */
  readonly project: Project;
}

/** File of tests that comes first in a folder. */
const FIRST = "tests.agent.yaml";
/** Names of other files of tests. */
const OTHERS = /.\.tests\.ya?ml$/;

/**
 * Finds files of tests.
 *
 * @param named Files and folders. If there are none, the folder of the agent of the working directory.
 * @throws {CommandError} if one is missing, a folder has none, or there is no agent.
 */
export function findTests(named: readonly string[]): readonly [FoundTests, ...FoundTests[]] {
  const places = named.length > 0 ? named : [dirname(findProject(undefined).path)];
  const files = new Set(places.flatMap((place) => isFolder(place) ? listFolder(place) : [place]));
  const found = [...files].map((file) => ({
    file,
    project: findProject(undefined, dirname(file)),
  }));
  return found as [FoundTests, ...FoundTests[]];
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw new CommandError(
      `Cannot find the tests ${quote(path)}: expected a file such as ${FIRST}, or a folder of them`,
      { code: "TESTS_NOT_FOUND", cause },
    );
  }
}

/** Lists the files of tests in a folder. */
function listFolder(folder: string): readonly string[] {
  const names = readdirSync(folder).sort();
  const found = [
    ...names.filter((name) => name === FIRST),
    ...names.filter((name) => name !== FIRST && OTHERS.test(name)),
  ];
  if (found.length > 0) return found.map((name) => join(folder, name));
  throw new CommandError(
    `Cannot find tests in ${quote(folder)}: expected ${FIRST}, or files such as menu.tests.yaml`,
    { code: "TESTS_NOT_FOUND" },
  );
}
