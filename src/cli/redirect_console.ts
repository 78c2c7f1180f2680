/**
 * Output of an agent's own code, which must not stand between the results on stdout.
 *
 * @module
 */
import process from "node:process";

/** Sends what code prints by `console` and `process.stdout` to stderr from now on. */
export function redirectConsole(): void {
  Object.defineProperty(process, "stdout", {
    get: () => process.stderr,
    configurable: true,
    enumerable: true,
  });
  let real: Console | undefined;
  // Made when something is printed, because streams take long to open.
  const open = () => {
    const { Console } = process.getBuiltinModule("node:console");
    return new Console(process.stderr, process.stderr);
  };
  const methods = console as unknown as Record<string, unknown>;
  for (const name of Object.keys(console) as (keyof Console)[]) {
    // Node has the class itself among the methods.
    if (typeof console[name] !== "function" || name === "Console") continue;
    methods[name] = (...values: unknown[]) => {
      const print = (real ??= open())[name] as (...values: unknown[]) => unknown;
      return print.apply(real, values);
    };
  }
}
