/**
 * Files of `nomos profile`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { quote, reasonOf } from "../../errors.ts";
import { readBase } from "../../profile/compare/profile_base.ts";
import { makeSpeedscope } from "../../profile/draw/speedscope.ts";
import { drawTurns } from "../../profile/draw/turn_frames.ts";
import { withRelativeFiles } from "../../profile/functions/function_place.ts";
import type { FunctionProfile } from "../../profile/functions/profile_functions.ts";
import type { AgentProfile, ProfileBase } from "../../profile/mod.ts";
import { codeOf, CommandError, EXIT } from "../exit_code.ts";
import { formatWord } from "../terminal/format.ts";
import { writeFile } from "../write_file.ts";
import { ENDINGS } from "./needs.ts";

/**
 * Reads a text file.
 *
 * @throws {CommandError} if there is none.
 */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new CommandError(
      `Cannot read ${quote(path)}: ${reasonOf(cause)}`,
      { code: "FILE_NOT_READ", cause },
    );
  }
}

/**
 * Reads the figures of an earlier run.
 *
 * @throws {CommandError} if the file has none, so that nothing is comparable.
 */
export function readBaseFile(path: string): ProfileBase {
  try {
    return readBase(readText(path));
  } catch (cause) {
    const wayOut = cause instanceof CommandError
      ? `Write it first: --save ${formatWord(path)}`
      : `Delete ${quote(path)}, and save the figures again with --save`;
    throw new CommandError(
      `${reasonOf(cause)}. ${wayOut}`,
      { code: codeOf(cause) ?? "CONFIG_INVALID", exitCode: EXIT.noAnswer, cause },
    );
  }
}

/** Returns the names of the files that `--output` writes. */
export function listOutputs(stem: string, hasFunctions: boolean): string[] {
  const { picture, speedscope, functions } = ENDINGS;
  return [picture, speedscope, ...hasFunctions ? [functions] : []].map((ending) => stem + ending);
}

/** Writes the pictures of a profile, and the CPU profile if functions were sampled. */
export function writeOutputs(
  stem: string,
  profile: AgentProfile,
  functions: FunctionProfile | undefined,
  root: string,
): void {
  const { turns, agent, model, total } = profile;
  const subtitle = `${turns.length} turns, ${total.wall.toFixed(1)} ms, ${model}`;
  writeFile(stem + ENDINGS.picture, drawTurns(turns, { title: agent, subtitle }));
  writeFile(stem + ENDINGS.speedscope, makeSpeedscope(turns, agent));
  if (functions === undefined) return;
  const relative = withRelativeFiles(functions.profile, urlOfFolder(root));
  writeFile(stem + ENDINGS.functions, JSON.stringify(relative));
}

/** Returns the URL of a folder, with a slash at its end. */
export function urlOfFolder(folder: string): string {
  return `${pathToFileURL(folder).href}/`;
}
