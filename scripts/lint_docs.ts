/**
 * Lints the documentation of every entry point that `deno.json` exports.
 *
 * @module
 */
import configuration from "../deno.json" with { type: "json" };

if (import.meta.main) {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...Object.values(configuration.exports)],
    cwd: new URL("..", import.meta.url),
  }).spawn().status;
  Deno.exit(code);
}
