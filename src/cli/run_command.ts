/**
 * Reading the command line.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { oneOf, suggestNearest } from "../schema/option_shape.ts";
import { VERSION } from "../version.ts";
import { readFlags } from "./command_line.ts";
import { type Command, COMMANDS } from "./commands.ts";
import { EXIT, exitCodeOf, UsageError } from "./exit_code.ts";
import {
  type CommandCall,
  type CommandName,
  COMMON,
  COMMON_ALIASES,
  FLAGS,
  GRANTS,
  type OptionsOf,
} from "./flags.ts";
import { HELP } from "./help.ts";
import { Output, type OutputOptions } from "./terminal/output.ts";

/** Commands of other tools, with the way to the same end here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  display: "Cannot display an agent: draw it with `nomos graph`",
  serve: "Cannot serve an agent: there is no server yet. " +
    "Call agent.openSession() in a handler of Deno.serve(), as docs/operations.md shows",
  train:
    "Cannot train an agent: run it with `nomos run`, and write decisions that should have been " +
    "different as examples (`eg`) of their step",
  yml2mm: "Cannot convert an agent file to Mermaid: run `nomos graph FILE --output agent.mmd`",
};

/** Command line that was read: a command and its call, or a text that answers it. */
type Line =
  | { readonly text: string }
  | {
    readonly name: CommandName;
    readonly options: OptionsOf<CommandName>;
    readonly positionals: readonly string[];
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
  let output = createOutput({ json: args.includes("--json"), quiet: false, color: true });
  try {
    const line = readLine(args);
    if ("text" in line) {
      output.write(line.text);
      return EXIT.yes;
    }
    const { name, options, positionals } = line;
    output = createOutput(options);
    return await start(name, { options, positionals, output });
  } catch (error) {
    output.fail(error);
    return exitCodeOf(error);
  }
}

/**
 * Reads a command line.
 *
 * @throws {UsageError} if it has a mistake.
 */
function readLine([name = "--help", ...rest]: readonly string[]): Line {
  if (name === "--help" || name === "-h" || name === "help") return { text: HELP.nomos };
  if (name === "--version" || name === "-V") return { text: `${VERSION}\n` };
  checkName(name);
  const { alias, positionals: most = 0, loadsAgent = false } = COMMANDS[name];
  const command = readFlags(
    rest,
    { ...COMMON, ...FLAGS[name], ...loadsAgent && GRANTS },
    {
      alias: { ...COMMON_ALIASES, ...loadsAgent && { A: "allow-all" }, ...alias },
      positionals: most,
    },
  );
  if (command.kind === "help") return { text: HELP[name] };
  if (command.kind === "mistake") throw new UsageError(command.message);
  const options = command.options as OptionsOf<CommandName>;
  if (options.version) return { text: `${VERSION}\n` };
  // Nomos has a flag for the agent.
  const { config } = options as { readonly config?: string };
  if (config === undefined) return { name, options, positionals: command.positionals };
  if (command.positionals.length === 0) return { name, options, positionals: [config] };
  throw new UsageError(`Cannot use ${quote(config)} for --config: expected one agent`);
}

/**
 * Checks the name of a command.
 *
 * @throws {UsageError} if there is none of that name.
 */
function checkName(name: string): asserts name is CommandName {
  if (Object.hasOwn(COMMANDS, name)) return;
  if (Object.hasOwn(ELSEWHERE, name)) throw new UsageError(ELSEWHERE[name]!);
  if (name.startsWith("-")) {
    throw new UsageError(
      `Cannot read ${quote(name)} here: expected the command first, then its flags`,
    );
  }
  const known = Object.entries<Command>(COMMANDS)
    .flatMap(([known, { isInternal }]) => isInternal ? [] : [known]);
  throw new UsageError(
    `Cannot run ${quote(name)}: expected ${oneOf(known)}${suggestNearest(name, known)}`,
  );
}
