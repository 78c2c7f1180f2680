/**
 * Files with the sessions of failed tests, which `nomos sessions show` reads.
 *
 * @module
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { quote } from "../../errors.ts";
import type { State } from "../../history/state.ts";
import { CommandError } from "../exit_code.ts";
import { FOLDER, makeFolder } from "../own_folder.ts";
import type { Project } from "../project.ts";

/** Sessions of the failed tests of the last run, in `.nomos/failed`. */
export class FailedSessions {
  readonly #top: string;
  readonly #folder: string;
  readonly #names = new Set<string>();

  /**
   * Removes the sessions of an earlier run.
   *
   * @throws {CommandError} if the folder is a link, because files of somebody else would be removed.
   */
  constructor({ root }: Pick<Project, "root">) {
    this.#top = join(root, FOLDER);
    this.#folder = join(this.#top, "failed");
    const link = [this.#top, this.#folder].find(isLink);
    if (link !== undefined) {
      throw new CommandError(
        `Cannot keep sessions of failed tests in ${quote(link)}: it is a link: ` +
          "expected a folder of the project, or nothing",
      );
    }
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder)) {
      if (name.endsWith(".json")) rmSync(join(this.#folder, name));
    }
    if (readdirSync(this.#folder).length === 0) rmdirSync(this.#folder);
  }

  /** Writes the session of a test. Returns the path of its file. */
  keep(test: string, state: State): string {
    makeFolder(this.#top);
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, `${this.#nameFile(test)}.json`);
    writeFileSync(path, `${JSON.stringify(state, null, 2)}\n`);
    const way = relative(process.cwd(), path);
    return way.startsWith("..") ? path : way;
  }

  /** Returns a unique file name for a test, whose own name may have any characters. */
  #nameFile(test: string): string {
    const stem = test.replace(/[^\p{L}\p{N}_-]+/gu, "_").slice(0, 80);
    let name = stem;
    // Some file systems do not tell letter cases apart.
    for (let number = 2; this.#names.has(name.toLowerCase()); number++) name = `${stem}_${number}`;
    this.#names.add(name.toLowerCase());
    return name;
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
