/**
 * Reading the command line.
 *
 * @module
 */
import { readFlags } from "../profile/command_line.ts";
import { findNearest, oneOf } from "../schema/option_shape.ts";
import { type Command, COMMANDS } from "./commands.ts";
import {
  type CommandCall,
  type CommandName,
  COMMON,
  COMMON_ALIASES,
  FLAGS,
  GRANTS,
  type OptionsOf,
} from "./flags.ts";
import { EXIT, exitCodeOf } from "./exit_code.ts";
import { HELP } from "./help.ts";
import { Output, type OutputOptions } from "./terminal/output.ts";
import { VERSION } from "../version.ts";

/** Commands of other tools, with the way to the same end here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  serve: "Cannot serve an agent: there is no server yet. " +
    "Call agent.openSession() in a handler of Deno.serve(), as docs/operations.md shows",
  train:
    "Cannot train an agent: run it with `nomos run`, and write decisions that should have been " +
    "different as examples (`eg`) of their step",
};

/**
 * Reads a command line and runs its command; prints help, the version, mistakes and failures.
 *
 * @param start Runs the command.
 * @param createOutput Creates the output. Default: that of this process.
 * @returns The exit code.
 */
export async function runCommand(
  args: readonly string[],
  start: (name: CommandName, call: CommandCall<CommandName>) => Promise<number>,
  createOutput: (options: OutputOptions) => Output = (options) => new Output(options),
): Promise<number> {
  const json = args.includes("--json");
  const plain = createOutput({ json, quiet: false, color: true });
  const refuse = (message: string) => {
    if (json) plain.document({ ok: false, error: { code: "USAGE", message } });
    plain.error(message);
    return EXIT.usage;
  };
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    plain.write(HELP.nomos);
    return EXIT.yes;
  }
  if (name === "--version" || name === "-V") {
    plain.line(VERSION);
    return EXIT.yes;
  }
  if (Object.hasOwn(ELSEWHERE, name)) return refuse(ELSEWHERE[name]!);
  if (name.startsWith("-")) {
    return refuse(
      `Cannot read ${JSON.stringify(name)} here: expected the command first, then its flags`,
    );
  }
  if (!isCommand(name)) {
    const known = Object.entries<Command>(COMMANDS)
      .flatMap(([known, { isInternal }]) => isInternal ? [] : [known]);
    const nearest = findNearest(name, known);
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    return refuse(
      `Cannot run ${JSON.stringify(name)}: expected ${oneOf(known)}${hint}`,
    );
  }
  const { alias, positionals = 0, loadsAgent = false } = COMMANDS[name];
  const command = readFlags(
    rest,
    { ...COMMON, ...FLAGS[name], ...loadsAgent && GRANTS },
    { alias: { ...COMMON_ALIASES, ...loadsAgent && { A: "allow-all" }, ...alias }, positionals },
  );
  if (command.kind === "help") {
    plain.write(HELP[name]);
    return EXIT.yes;
  }
  if (command.kind === "mistake") return refuse(command.message);
  const options = command.options as OptionsOf<CommandName>;
  if (options.version) {
    plain.line(VERSION);
    return EXIT.yes;
  }
  // Nomos has a flag for the agent.
  const { config } = options as { readonly config?: string };
  if (config !== undefined && command.positionals.length > 0) {
    return refuse(`Cannot use ${JSON.stringify(config)} for --config: expected one agent`);
  }
  const named = config === undefined ? command.positionals : [config];
  const output = createOutput(options);
  try {
    return await start(name, { options, positionals: named, output });
  } catch (error) {
    output.fail(error);
    return exitCodeOf(error);
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
