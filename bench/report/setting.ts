/**
 * Machine, date and versions of a measurement.
 *
 * @module
 */
import os from "node:os";
import { findInstalled } from "../peers/installed.ts";

/** Machine and date of a run. */
export interface Setting {
  /** Date, for example `2026-01-31`. */
  readonly date: string;
  /** Name of the processor. */
  readonly processor: string;
  /** Number of cores. */
  readonly cores: number;
  /** Size of the memory, in bytes. */
  readonly memory: number;
  /** Operating system and architecture. */
  readonly system: string;
  /** Versions of Deno and the packages of the core. */
  readonly versions: Readonly<Record<string, string>>;
  /** Commands that measured the figures. */
  readonly commands: readonly string[];
}

/** Describes this machine. Needs `--allow-sys`. */
export async function readSetting(commands: readonly string[]): Promise<Setting> {
  const cores = os.cpus();
  const { versions } = await findInstalled(["@nomos/agent"]);
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memory: os.totalmem(),
    system: `${os.type()} ${os.arch()}`,
    versions: { ...Deno.version, ...versions },
    commands,
  };
}
