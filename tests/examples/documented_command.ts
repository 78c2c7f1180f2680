/** Runs the commands documented in the first comment of an example. */
import type { Decision } from "@nomos/agent";
import { fileURLToPath } from "node:url";
import { answer, chatServer } from "../provider/chat_server.ts";

const root = new URL("../../", import.meta.url);
const WORD_REGEXP = /"([^"]*)"|\S+/g;

/** Returns the indented lines of the first comment as lists of words, continued lines joined. */
export async function documentedCommands(example: string): Promise<string[][]> {
  const source = await Deno.readTextFile(new URL(`examples/${example}`, root));
  const [comment] = source.split("*/");
  const lines = comment!.replaceAll(/ \\\n \*/g, "").matchAll(/^ \* {5}(.+)$/gm);
  return Array.from(lines, ([, line]) => {
    return Array.from(line!.matchAll(WORD_REGEXP), ([word, quoted]) => quoted ?? word);
  });
}

/**
 * Runs a documented command with only its own permissions, and returns its output.
 *
 * @throws {Error} with the error output if it fails.
 */
export async function runDocumented(
  command: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<string> {
  const [program, verb, ...rest] = command;
  if (program !== "deno") throw new Error(`Cannot run ${program}: expected deno`);
  const config = fileURLToPath(new URL("deno.json", root));
  const args = rest.map((word) => {
    return word.startsWith("examples/") ? fileURLToPath(new URL(word, root)) : word;
  });
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [verb!, "--no-prompt", "--no-check", "--quiet", "--config", config, ...args],
    ...(cwd !== undefined && { cwd }),
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (success) return output!;
  throw new Error(`Cannot run ${command.join(" ")}:\n${output}${errors}`);
}

/**
 * Runs a documented `--real` command against a local server that makes these decisions, and returns
 * its output.
 */
export async function runReal(
  command: readonly string[],
  outputs: readonly (Decision | object)[],
  cwd?: string,
): Promise<string> {
  await using server = await chatServer(outputs.map((output) => answer(toWire(output))));
  const { host } = new URL(server.url);
  const local = command.map((word) => {
    return word === "--allow-net=api.openai.com" ? `--allow-net=${host}` : word;
  });
  const env = { OPENAI_BASE_URL: server.url, OPENAI_MODEL: "played" };
  const printed = await runDocumented(local, { env, ...(cwd !== undefined && { cwd }) });
  const { length } = server.requests;
  if (length === outputs.length && server.requests.every(({ body }) => body.model === "played")) {
    return printed;
  }
  throw new Error(`The server received ${length} requests: expected ${outputs.length}`);
}

/** Converts a decision to its wire format. Other outputs stay unchanged. */
function toWire(output: Decision | object): object {
  if (!("action" in output)) return output;
  const { reasoning, ...decision } = output;
  return { reasoning, decision };
}
