/**
 * Commands of `nomos`.
 *
 * @module
 */
import type { Permissions } from "../config/permissions.ts";
import type { AgentCall, CommandCall, CommandName, OptionsOf } from "./flags.ts";

/** Code of a command. */
export interface CommandCode<Call> {
  /** Runs the command. Returns its exit code. */
  run(call: Call): Promise<number>;
}

/** Description of a command. */
export type Command<Name extends CommandName = CommandName> =
  & {
    /** Flags by letter. Default: those of every command. */
    readonly alias?: Readonly<Record<string, string>>;
    /** Maximum number of arguments that are no flags. Default: 0. */
    readonly positionals?: number;
  }
  & (
    | {
      /** Process that runs the command: that of the user, with all of the user's permissions. */
      readonly process: "launcher";
      /** Loads the code. */
      load(): Promise<CommandCode<CommandCall<Name>>>;
    }
    | {
      /** Process that runs the command: the agent's own, with the permissions that it needs. */
      readonly process: "host";
      /** Returns the permissions that the command needs besides those of the agent. */
      needs?(options: OptionsOf<Name>): Permissions;
      /** Loads the code. */
      load(): Promise<CommandCode<AgentCall<Name>>>;
    }
  );

/** Commands by name. */
export const COMMANDS: { readonly [Name in CommandName]: Command<Name> } = {
  validate: {
    positionals: 1,
    process: "host",
    load: () => import("./commands/validate.ts"),
  },
  schema: {
    alias: { o: "output" },
    process: "launcher",
    load: () => import("./commands/schema.ts"),
  },
};
