/**
 * Flags by which Deno resolves the code of the agent's process, and the imports of an agent.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { VERSION } from "../../version.ts";
import { findHost } from "../deno_config.ts";
import type { Project } from "../project.ts";

/** Main module of the agent's process. */
export interface HostModule {
  /** Specifier of the module. */
  readonly specifier: string;
  /** Flags of `deno run` with which it is resolved. */
  readonly flags: readonly string[];
}

/**
 * Returns the main module of the agent's process: that of the package that the project imports, or
 * else of this one.
 */
export function findHostModule({ config }: Project): HostModule {
  const named = config === undefined ? undefined : findHost(config);
  if (named !== undefined) return { specifier: named, flags: ["--config", config!] };
  const own = new URL("../host.ts", import.meta.url).href;
  if (own.startsWith("file:")) {
    // A checkout: its own configuration has the imports of its modules, and of the agent's.
    const checkout = fileURLToPath(new URL("../../../deno.json", import.meta.url));
    return { specifier: own, flags: ["--config", checkout, "--no-lock"] };
  }
  if (config !== undefined) return { specifier: own, flags: ["--config", config] };
  const imports = {
    "@nomos/agent": `jsr:@nomos/agent@${VERSION}`,
    "@nomos/agent/": `jsr:/@nomos/agent@${VERSION}/`,
    valibot: "npm:valibot@1",
  };
  const map = encodeURIComponent(JSON.stringify({ imports }));
  return { specifier: own, flags: ["--no-config", `--import-map=data:application/json,${map}`] };
}
