/**
 * Command lines of `nomos`. The code of commands is loaded only if a command runs.
 *
 * @module
 */
import process from "node:process";
import { EXIT } from "./exit_code.ts";
import type { CommandName } from "./flags.ts";
import { HELP } from "./help.ts";
import { writeAll } from "./terminal/write_all.ts";

/**
 * Runs a command line.
 *
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const help = findHelp(args);
  if (help !== undefined) {
    writeAll(1, help);
    return EXIT.yes;
  }
  if (isOldNode()) {
    writeAll(
      2,
      `Cannot run with Node ${process.versions.node}: expected 22.18 or newer, or Deno\n`,
    );
    return EXIT.no;
  }
  return await (await import("./launcher/launcher.ts")).runLauncher(args);
}

/** Returns true for a version of Node that cannot load TypeScript, in which tools may be written. */
function isOldNode(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major < 22 || (major === 22 && minor < 18);
}

/** Returns the help screen that a command line asks for, and nothing else; undefined if it does not. */
function findHelp(args: readonly string[]): string | undefined {
  const isHelp = (word: string | undefined) => word === "--help" || word === "-h";
  const [first = "--help", second, ...rest] = args;
  if (rest.length > 0) return undefined;
  if (second === undefined) return isHelp(first) || first === "help" ? HELP.nomos : undefined;
  const name = isHelp(second) ? first : first === "help" ? second : "";
  return Object.hasOwn(HELP, name) ? HELP[name as CommandName] : undefined;
}
