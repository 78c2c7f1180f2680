/**
 * Process of an agent: the launcher starts it with the permissions that the agent needs, from the
 * package that the agent's project uses. Importing this module runs it.
 *
 * @module
 */
import process from "node:process";
import type { HostCall } from "./protocol.ts";

// Without an await of this module, about which Deno itself would complain if it never ended.
run(JSON.parse(process.argv[2] ?? "{}"));

async function run(call: HostCall): Promise<never> {
  // Only modules that are loaded afterwards are counted.
  const countCalls = call.countsCalls
    ? await (await import("../profile/functions/call_counts.ts")).startCounting()
    : undefined;
  const { runHost } = await import("./host/run_host.ts");
  const { endProcess } = await import("./guard_process.ts");
  // Timers and connections of an agent's modules would keep the process alive.
  return endProcess(await runHost(call, countCalls));
}
