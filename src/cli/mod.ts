/**
 * The command `nomos`: builds, checks, runs and tests agents, without a program. Importing this
 * module runs it.
 *
 *     deno install --global --allow-all --name nomos jsr:@nomos/agent/cli
 *     nomos --help
 *
 * The agent runs in a process of its own, which has only the permissions that it needs. This module
 * is the launcher of that process, `@nomos/agent/cli/host` its code.
 *
 * @module
 */
import process from "node:process";
import { main } from "./main.ts";

process.exitCode = await main(process.argv.slice(2));
