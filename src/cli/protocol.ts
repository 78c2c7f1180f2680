/**
 * Messages of the launcher to the agent's process. Both may come from different versions of the
 * package: the launcher is installed once, and the agent's process takes the version of the project.
 *
 * @module
 */
import type { Project } from "./project.ts";

/** Number of this protocol. It grows when {@linkcode HostCall} changes. */
export const PROTOCOL = 1;

/** Call of the agent's process: its only argument, as JSON. */
export interface HostCall {
  /** Number of the protocol of the launcher. */
  readonly protocol: number;
  /** Version of the launcher's package. */
  readonly version: string;
  /** Command line, from the name of the command. It is read again there. */
  readonly args: readonly string[];
  /** Agent of the command. */
  readonly project: Project;
  /** True if the process counts the calls of functions, and does nothing else. Default: false. */
  readonly countsCalls?: boolean;
  /** Calls that another process counted for this one. Default: none. */
  readonly counted?: CountedCalls;
}

/** Result of a process that counts calls. */
export interface CountedCalls {
  /** Call counts, as that process packed them. Default: they are missing. */
  readonly counts?: string;
  /** Reason why counts are missing. Default: they are not. */
  readonly missing?: string;
}
