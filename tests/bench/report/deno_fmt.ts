/** Formats a page with `deno fmt`, at the width of this repository. */
export async function formatMarkdown(page: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--no-config", "--ext", "md", "--line-width", "100", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(page));
  await input.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`Cannot format the page: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
