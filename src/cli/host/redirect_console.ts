/**
 * Output of an agent's own code, which must not mix with the results on stdout.
 *
 * @module
 */
import process from "node:process";

/**
 * Redirects to stderr what code prints by `console`, by the stdout objects and by its file
 * descriptor, to which log libraries write. Named imports of `node:fs` still reach stdout.
 */
export function redirectConsole(): void {
  const fs = process.getBuiltinModule("node:fs") as unknown as Record<
    "write" | "writeSync",
    (file: number, ...rest: unknown[]) => unknown
  >;
  for (const name of ["write", "writeSync"] as const) {
    const write = fs[name];
    fs[name] = (file, ...rest) => write(file === 1 ? 2 : file, ...rest);
  }
  const { Deno } = globalThis as { readonly Deno?: { readonly stderr: unknown } };
  if (Deno !== undefined) Object.defineProperty(Deno, "stdout", { get: () => Deno.stderr });
  Object.defineProperty(process, "stdout", {
    get: () => process.stderr,
    configurable: true,
    enumerable: true,
  });
  let real: Record<string, (...values: unknown[]) => unknown> | undefined;
  // Made when something is printed, because streams take long to open.
  const open = () => {
    const { Console } = process.getBuiltinModule("node:console");
    const { stderr } = process;
    // Colours would need a permission for the environment.
    const options = { stdout: stderr, stderr, colorMode: false };
    return new Console(options) as unknown as NonNullable<typeof real>;
  };
  const methods = console as unknown as Record<string, unknown>;
  // Node has the class itself among the methods.
  for (const name of Object.keys(methods).filter((name) => name !== "Console")) {
    if (typeof methods[name] !== "function") continue;
    methods[name] = (...values: unknown[]) => (real ??= open())[name]!(...values);
  }
}
