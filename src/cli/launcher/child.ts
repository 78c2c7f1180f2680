/**
 * Child process with the streams of this one.
 *
 * @module
 */
import { EXIT } from "../exit_code.ts";

/** Time in which a second Ctrl-C counts as repeated, and after which it kills, in milliseconds. */
const INTERRUPT_WINDOW = 2_000;

/** Child process. */
export interface Child {
  /** Exit code; 128 and the number of the signal that killed it. */
  readonly code: Promise<number>;
  /** Text that it wrote to stdout; empty if that is the stdout of this process. */
  readonly stdout: Promise<string>;
  /** Asks it to stop, when its turn has settled. */
  stop(): void;
}

/**
 * Runs Deno. The terminal sends Ctrl-C to both processes: this one
 * waits until the other has stored its turn, and passes SIGTERM on.
 *
 * @param streams Streams of the child: those of this process, or stdout alone, which is collected.
 */
export async function runDeno(
  args: string[],
  streams: "inherited" | "stdout only" = "inherited",
): Promise<Child> {
  const { state } = await Deno.permissions.query({ name: "run", command: Deno.execPath() });
  // Without that permission, the name may be allowed.
  const program = state === "granted" ? Deno.execPath() : "deno";
  const isCollected = streams === "stdout only";
  const others = isCollected ? "null" : "inherit";
  const child = new Deno.Command(program, {
    args,
    stdin: others,
    stdout: isCollected ? "piped" : "inherit",
    stderr: others,
  }).spawn();
  const stdout = isCollected ? new Response(child.stdout).text() : Promise.resolve("");
  let interrupted = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch (error) {
      // It has ended just now.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  let isKilled = false;
  const killAtLast = () => {
    isKilled = true;
    kill("SIGKILL");
  };
  const onInterrupt = () => {
    // Code that blocks its thread never receives a signal.
    const now = performance.now();
    if (now - interrupted < INTERRUPT_WINDOW) timer ??= setTimeout(killAtLast, INTERRUPT_WINDOW);
    interrupted = now;
  };
  const stop = () => kill("SIGTERM");
  const signals: [Deno.Signal, () => void][] = [["SIGINT", onInterrupt]];
  if (Deno.build.os !== "windows") signals.push(["SIGTERM", stop]);
  for (const [signal, listener] of signals) Deno.addSignalListener(signal, listener);
  const code = child.status.then((status) => isKilled ? EXIT.interrupted : status.code).finally(
    () => {
      clearTimeout(timer);
      for (const [signal, listener] of signals) Deno.removeSignalListener(signal, listener);
    },
  );
  return { code, stdout, stop };
}
