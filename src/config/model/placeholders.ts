/**
 * Values in place of the environment, for models that are created and not called.
 *
 * @module
 */
import type { ModelConfig } from "../format/agent_config.ts";
import { findVariable, readProcessVariable, type ReadVariable } from "../text/variables.ts";
import { PROVIDERS } from "./providers.ts";

/** Returns values also for variables of models that are not set, or may not be read. */
export function withPlaceholders(models: readonly ModelConfig[]): ReadVariable {
  const placeholders = new Map<string, string>();
  for (const { kwargs, provider } of models) {
    for (const name of Object.values(kwargs).map(findVariable)) {
      // A number, because any setting may be one.
      if (name !== undefined) placeholders.set(name, "1");
    }
    for (const name of [findVariable(kwargs.base_url), PROVIDERS[provider].urlVariable]) {
      if (name !== undefined) placeholders.set(name, `https://${provider}.invalid`);
    }
  }
  return (name) => readIfAllowed(name) ?? placeholders.get(name);
}

function readIfAllowed(name: string): string | undefined {
  try {
    return readProcessVariable(name);
  } catch {
    return undefined;
  }
}
