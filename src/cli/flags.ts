/**
 * Flags of the commands of `nomos`.
 *
 * @module
 */
import type { CountCalls } from "../profile/functions/call_counts.ts";
import type { FlagValues } from "./command_line.ts";
import type { Project } from "./project.ts";
import type { CountedCalls } from "./protocol.ts";
import type { Output } from "./terminal/output.ts";

/** Flags of every command. */
export const COMMON = {
  json: false,
  "env-file": { repeated: "text" },
  color: true,
  quiet: false,
  version: false,
} as const;

/** Letters of the flags of every command. */
export const COMMON_ALIASES: Readonly<Record<string, string>> = { q: "quiet", V: "version" };

/** Flags of each command, besides those of every one, and `GRANTS`. */
export const FLAGS = {
  init: {
    template: undefined,
    ts: false,
    provider: undefined,
    from: undefined,
    yes: false,
    generate: false,
  },
  validate: {
    config: undefined,
    strict: false,
    for: { repeated: "text" },
    permissions: false,
    explore: false,
    watch: false,
    "ignore-flows": false,
  },
  run: {
    config: undefined,
    model: { choices: ["auto", "real", "mock"] },
    session: undefined,
    store: undefined,
    input: { repeated: "text" },
    trace: { repeated: "optional text" },
    approve: { choices: ["ask", "deny", "always"] },
    watch: false,
    "ignore-flows": false,
  },
  graph: {
    config: undefined,
    format: { choices: ["text", "mermaid", "svg"] },
    output: undefined,
    session: undefined,
    store: undefined,
    "ignore-flows": false,
  },
  test: {
    filter: undefined,
    model: ["mock", "real"],
    record: false,
    strict: false,
    runs: 0,
    junit: undefined,
    "fail-fast": false,
    watch: false,
    "ignore-flows": false,
  },
  profile: {
    script: undefined,
    session: undefined,
    store: undefined,
    as: undefined,
    model: ["mock", "real"],
    latency: undefined,
    by: ["time", "tokens", "cost"],
    turn: undefined,
    functions: false,
    iterations: 3,
    markdown: false,
    output: undefined,
    save: undefined,
    against: undefined,
    allow: { repeated: "text" },
  },
  schema: { kind: ["agent", "tests", "conversation"], output: undefined, install: false },
  sessions: {
    store: undefined,
    agent: undefined,
    prefix: undefined,
    status: { repeated: "text" },
    after: undefined,
    limit: 50,
    at: undefined,
    as: undefined,
    yes: false,
    export: undefined,
  },
  fork: { session: undefined, store: undefined, at: undefined, as: undefined },
} as const;

/** Flags of commands that load the code of an agent: permissions, as for `deno run`. */
export const GRANTS = {
  "allow-all": false,
  "allow-read": { repeated: "optional text" },
  "allow-write": { repeated: "optional text" },
  "allow-net": { repeated: "optional text" },
  "allow-env": { repeated: "optional text" },
  "allow-run": { repeated: "optional text" },
  "allow-ffi": { repeated: "optional text" },
  "allow-sys": { repeated: "optional text" },
  "allow-import": { repeated: "optional text" },
} as const;

/** Name of a command. */
export type CommandName = keyof typeof FLAGS;

/** Values of a command's flags. */
export type OptionsOf<Name extends CommandName> =
  & FlagValues<typeof COMMON>
  & FlagValues<typeof FLAGS[Name]>;

/** Call of a command. */
export interface CommandCall<Name extends CommandName> {
  /** Values of the flags. */
  readonly options: OptionsOf<Name>;
  /** Arguments that are not flags, after the name of the command. */
  readonly positionals: readonly string[];
  /** Streams of the command. */
  readonly output: Output;
}

/** Call of a command in the process of the launcher. */
export interface LauncherCall<Name extends CommandName> extends CommandCall<Name> {
  /** Runs another command line in place of this one. Returns its exit code. */
  runLine(args: readonly string[]): Promise<number>;
}

/** Call of a command that has an agent, in the agent's own process. */
export interface AgentCall<Name extends CommandName> extends CommandCall<Name> {
  /** Agent of the command. */
  readonly project: Project;
  /** Calls that another process counted. Default: none. */
  readonly counted?: CountedCalls | undefined;
  /** Counter of calls, in the process that counts them. Default: the command runs as usual. */
  readonly countCalls?: CountCalls | undefined;
}
