/** Result of a script. */
export interface ScriptResult {
  /** Exit code. */
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly errors: string;
}

/** Runs a script of `scripts/` with some permissions, for example `["--allow-read"]`. */
export async function runScript(
  script: string,
  permissions: readonly string[],
  args: readonly string[],
): Promise<ScriptResult> {
  const path = new URL(`../../scripts/${script}.ts`, import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, path, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), errors: decoder.decode(stderr) };
}
