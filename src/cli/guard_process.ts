/**
 * Guard of an agent's process, so that the agent's own code cannot end it silently.
 *
 * @module
 */
import process from "node:process";
import { EXIT } from "./exit_code.ts";

const { Deno } = globalThis as { readonly Deno?: { exit: unknown } };
const own = { exit: process.exit, denoExit: Deno?.exit };

/** Ends this process. Code of an agent cannot, once {@linkcode guardProcess} was called. */
export function endProcess(code: number): never {
  restoreExit();
  process.exit(code);
}

/** Accident of an agent's code: an error that nothing caught, or a wait without an end. */
export type Accident =
  | { readonly kind: "uncaught"; readonly error: unknown }
  | { readonly kind: "never settles" };

/**
 * Disables `Deno.exit()` and `process.exit()` for the agent's code, because an exit code of 0 would
 * mean success, and detects what would otherwise end the process with an error of the runtime.
 *
 * @param onAccident Called with what happened, before the process ends.
 * @returns Function that ends the guard.
 */
export function guardProcess(onAccident: (accident: Accident) => void): () => void {
  if (Deno !== undefined) Deno.exit = refuse("Deno.exit()");
  process.exit = refuse("process.exit()");
  const end = (accident: Accident) => {
    onAccident(accident);
    endProcess(EXIT.no);
  };
  const onError = (error: unknown) => end({ kind: "uncaught", error });
  // No work is pending, although the command is not done.
  const onIdle = () => end({ kind: "never settles" });
  process.on("uncaughtException", onError);
  process.on("beforeExit", onIdle);
  return () => {
    process.off("uncaughtException", onError);
    process.off("beforeExit", onIdle);
    restoreExit();
  };
}

function restoreExit(): void {
  process.exit = own.exit;
  // That of Node's process calls it.
  if (Deno !== undefined) Deno.exit = own.denoExit;
}

function refuse(call: string): () => never {
  return () => {
    throw new Error(
      `Cannot call ${call} in the code of an agent, because the process belongs to the command: ` +
        "expected a return or an error",
    );
  };
}
