/**
 * Files of `nomos profile`.
 *
 * @module
 */
import { closeSync, openSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { reasonOf } from "../../errors.ts";
import { makeSpeedscope } from "../../profile/draw/speedscope.ts";
import { drawTurns } from "../../profile/draw/turn_frames.ts";
import { withRelativeFiles } from "../../profile/functions/function_place.ts";
import type { FunctionProfile } from "../../profile/functions/profile_functions.ts";
import type { AgentProfile } from "../../profile/mod.ts";
import { CommandError } from "../exit_code.ts";
import { ENDINGS } from "./needs.ts";

/**
 * Checks that files can be written, before anything is measured.
 *
 * @throws {CommandError} if one cannot.
 */
export function checkWritable(paths: readonly string[]): void {
  for (const path of paths) {
    attempt("write", path, () => {
      try {
        closeSync(openSync(path, "wx"));
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== "EEXIST") throw error;
        return closeSync(openSync(path, "a"));
      }
      unlinkSync(path);
    });
  }
}

/** Writes a text file. */
export function writeText(path: string, text: string): void {
  attempt("write", path, () => writeFileSync(path, text));
}

/**
 * Reads a text file.
 *
 * @throws {CommandError} if there is none.
 */
export function readText(path: string): string {
  return attempt("read", path, () => readFileSync(path, "utf8"));
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
  writeText(stem + ENDINGS.picture, drawTurns(turns, { title: agent, subtitle }));
  writeText(stem + ENDINGS.speedscope, makeSpeedscope(turns, agent));
  if (functions === undefined) return;
  const relative = withRelativeFiles(functions.profile, urlOfFolder(root));
  writeText(stem + ENDINGS.functions, JSON.stringify(relative));
}

/** Returns the URL of a folder, with a slash at its end. */
export function urlOfFolder(folder: string): string {
  return `${pathToFileURL(folder).href}/`;
}

function attempt<Result>(verb: "read" | "write", path: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new CommandError(`Cannot ${verb} ${JSON.stringify(path)}: ${reasonOf(cause)}`, {
      code: verb === "read" ? "FILE_NOT_READ" : "FILE_NOT_WRITTEN",
      cause,
    });
  }
}
