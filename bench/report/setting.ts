/**
 * Where, when and with what something was measured.
 *
 * @module
 */
import os from "node:os";
import { findInstalled } from "../peers/installed.ts";

/** Machine and date of a run. */
export interface Setting {
  /** The day, as 2026-01-31. */
  readonly date: string;
  /** The processor, as the system names it. */
  readonly processor: string;
  /** Number of cores. */
  readonly cores: number;
  /** Bytes of memory. */
  readonly memory: number;
  /** The system and its architecture. */
  readonly system: string;
  /** The versions of what everything runs on. */
  readonly versions: Readonly<Record<string, string>>;
  /** The commands that measured. */
  readonly commands: readonly string[];
}

/** Looks at this machine. Needs `--allow-sys`. */
export async function findSetting(commands: readonly string[]): Promise<Setting> {
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
