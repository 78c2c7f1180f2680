/**
 * Where, when and with what something was measured.
 *
 * @module
 */
import os from "node:os";
import { runDeno } from "../../scripts/child.ts";

/** Where and when. */
export interface Setting {
  /** The day, as 2026-01-31. */
  readonly date: string;
  /** The processor, as the system names it. */
  readonly processor: string;
  /** How many cores there are. */
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
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memory: os.totalmem(),
    system: `${os.type()} ${os.arch()}`,
    versions: { ...Deno.version, ...await packageVersions() },
    commands,
  };
}

/** The versions of the packages that the core imports. */
async function packageVersions(): Promise<Record<string, string>> {
  const core = new URL("../../mod.ts", import.meta.url).href;
  const info: {
    readonly npmPackages: Readonly<Record<string, { readonly name: string; version: string }>>;
  } = JSON.parse(await runDeno(["info", "--json", core]));
  return Object.fromEntries(
    Object.values(info.npmPackages).map(({ name, version }) => [name, version]),
  );
}
