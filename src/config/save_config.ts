/**
 * Saving agent files.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import { isEqual } from "../schema/lowering/merge_keywords.ts";
import { inspect } from "./check/inspect.ts";
import type { AgentConfig } from "./format/agent_config.ts";
import { spell } from "./format/fields.ts";
import { type ConfigFile, parseConfig } from "./read_config.ts";
import { DocumentEditor } from "./text/edit_document.ts";
import { fs } from "./text/files.ts";

/**
 * Saves the content of an agent file. Only what differs from the file is written: comments, the
 * spelling of keys and texts like `$NAME` stay, and the environment is never read. The file is
 * replaced as a whole, so that it is never half written.
 *
 * @param file File as it was read.
 * @param config New content, for example `{ ...file.config, persona: "…" }`.
 * @returns The saved file.
 * @throws {ConfigFileError} listing every problem of the new content. The file is not changed.
 * @throws {ConfigError} if the file was changed since it was read.
 *
 * @example
 * ```ts
 * import { readConfig, saveConfig } from "@nomos/agent/config";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".yaml" });
 * await Deno.writeTextFile(
 *   path,
 *   `
 * name: barista # our best
 * start: greet
 * steps:
 *   - { id: greet, desc: Greet them }
 * `,
 * );
 * const file = await readConfig(path);
 * await saveConfig(file, { ...file.config, persona: "You are brief" });
 * assertEquals(
 *   await Deno.readTextFile(path),
 *   `
 * name: barista # our best
 * start: greet
 * steps:
 *   - { id: greet, desc: Greet them }
 * persona: You are brief
 * `,
 * );
 * ```
 */
export async function saveConfig(file: ConfigFile, config: AgentConfig): Promise<ConfigFile> {
  const { readFile, realpath, rename, rm, stat, writeFile } = fs.promises;
  const path = await realpath(file.path);
  if (await readFile(path, "utf8") !== file.text) {
    throw new ConfigError(
      `Cannot save agent file ${quote(file.path)}: it was changed since it was read: ` +
        "expected the text that was read; read it again",
    );
  }
  const text = editText(file, config);
  // The flows that were ignored, or not, when the file was read.
  const saved = parseConfig(file.path, text, { ignoreFlows: true });
  if (text === file.text) return saved;
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { mode: (await stat(path)).mode });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return saved;
}

/** Returns the text of a file with new content. */
export function editText(
  { path, text }: Pick<ConfigFile, "path" | "text">,
  config: AgentConfig,
): string {
  // Without keys whose value is undefined.
  const wanted = JSON.parse(JSON.stringify(config));
  const edit = (keepsForm: boolean) => {
    const { source, config: old } = inspect(path, text, { ignoreFlows: true });
    if (isEqual(old, wanted)) return text;
    const editor = new DocumentEditor(source.document, text, spell);
    const edited = editor.edit(old, wanted, keepsForm);
    if (!/^\s*\{/.test(text)) return edited;
    const [, indent = "  "] = /\n([ \t]+)"/.exec(text) ?? [];
    return `${JSON.stringify(source.document.toJS(), null, indent)}\n`;
  };
  const edited = edit(true);
  return isEqual(inspect(path, edited, { ignoreFlows: true }).config, wanted)
    ? edited
    : edit(false);
}
