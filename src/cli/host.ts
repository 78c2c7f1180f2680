/**
 * Process of an agent: the launcher starts it with the permissions that the agent needs, from the
 * package that the agent's project uses. Importing this module runs it.
 *
 * @module
 */
import process from "node:process";
import { endProcess } from "./host/guard_process.ts";
import type { HostCall } from "./host/protocol.ts";
import { runHost } from "./host/run_host.ts";

// Without an await of this module, about which Deno itself would complain if it never ended. Timers
// and connections of an agent's modules would keep the process alive.
runHost(JSON.parse(process.argv[2] ?? "{}") as HostCall).then(endProcess);
