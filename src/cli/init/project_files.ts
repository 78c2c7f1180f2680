/**
 * Files of a new project.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../../version.ts";
import type { NewAgent } from "./new_agent.ts";
import type { NextStep } from "./next_steps.ts";
import type { Files } from "./write_files.ts";

/** Kind of schema of each file that has one. */
const SCHEMAS: Readonly<Record<string, string>> = {
  "agent.yaml": "agent",
  "conversation.yaml": "conversation",
  "tests.agent.yaml": "tests",
};

/** Returns the files that make a project: those of the agent, and the settings of Deno, Git and the shell. */
export function listProjectFiles(
  { files, kept, packages, variables }: NewAgent,
  steps: readonly NextStep[],
): Files {
  const checkout = findCheckout(new URL("../../../", import.meta.url));
  const tasks = steps.flatMap(({ task }) => task === undefined ? [] : [task]);
  const config = {
    tasks: Object.fromEntries(
      tasks.map(([name, line]) => [name, `deno run -A @nomos/agent/cli ${line}`]),
    ),
    imports: { "@nomos/agent": `jsr:@nomos/agent@^${VERSION}`, ...packages },
    ...checkout !== undefined && { links: [checkout] },
  };
  const schemas = `${checkout ?? `https://jsr.io/@nomos/agent/${VERSION}`}/schema`;
  return new Map([
    ...[...files].filter(([name]) => !kept.has(name))
      .map(([name, text]): [string, string] => [name, addSchema(name, text, schemas)]),
    ["deno.json", `${JSON.stringify(config, null, 2)}\n`],
    [".env.example", writeVariables(variables)],
    [".gitignore", ".env\n.env.local\n.nomos/\n"],
  ]);
}

/**
 * Returns the folder of this package if the command was started from a checkout, so that the project
 * uses the same copy; undefined if it was started from a registry.
 */
function findCheckout(root: URL): string | undefined {
  if (root.protocol !== "file:" || root.pathname.includes("/node_modules/")) return undefined;
  const folder = join(fileURLToPath(root), ".");
  return existsSync(join(folder, "deno.json")) ? folder.replace(/[/\\]$/, "") : undefined;
}

/** Adds the line that tells editors the schema of a file. */
function addSchema(name: string, text: string, schemas: string): string {
  const kind = SCHEMAS[name];
  if (kind === undefined || text.startsWith("# yaml-language-server:") || /^\s*\{/.test(text)) {
    return text;
  }
  return `# yaml-language-server: $schema=${schemas}/${kind}.json\n${text}`;
}

function writeVariables(names: readonly string[]): string {
  if (names.length === 0) return "# The agent needs no key.\n";
  return `# Copy this file to .env, which Git ignores, and fill it in.\n` +
    names.map((name) => `${name}=\n`).join("");
}
