/**
 * `deno task bench:peers`: what other frameworks cost in the same scenario, on
 * this machine, in one sitting.
 *
 * @module
 */
import { measurePeers, PEERS } from "../bench/peers/measure_peers.ts";
import type { PeerFigures } from "../bench/peers/peer_figures.ts";
import { toText } from "../bench/report/table.ts";
import { peersTable } from "../bench/report/tables.ts";
import { type Command, type FlagValues, makeMistake, readFlags } from "../src/profile/command_line.ts";
import { runCommand, toJson } from "./command.ts";

const FLAGS = { only: PEERS.join(), rounds: 5, milliseconds: 200, json: false };

type PeersOptions = FlagValues<typeof FLAGS>;

/** Idle conversations that are kept at once. */
const CONVERSATIONS = 200;

const USAGE = `Plays the same scenario in other frameworks and measures each in its own process.
The first run fetches their packages, some 250 MB, which the core never sees.

Usage: deno task bench:peers [flags]

      --only NAMES           measure only these, with commas between: ${PEERS.join(",")}
      --rounds NUMBER        rounds in which all take turns (5)
      --milliseconds NUMBER  play each so long in every round (200)
      --json                 print JSON
  -h, --help                 print this
`;

if (import.meta.main) {
  Deno.exit(await runCommand(readFlags(Deno.args, FLAGS, { check }), USAGE, run));
}

async function run({ only, rounds, milliseconds, json }: PeersOptions): Promise<string> {
  const effort = { rounds, milliseconds, conversations: CONVERSATIONS };
  const peers = await measurePeers(only.split(","), effort);
  if (json) return toJson(peers);
  return `Time per model call: least of ${rounds} rounds, times the first\n\n${
    toText(peersTable(peers))
  }\n\n${peers.map(describe).join("\n\n")}\n`;
}

function describe({ title, versions, includes, leavesOut, calls }: PeerFigures): string {
  const medians = calls.map(({ messages, median }) => `${median.toFixed(1)} µs at ${messages}`);
  const packages = Object.entries(versions).map((one) => one.join(" "));
  return `${title} (${packages.join(", ")})
  includes: ${includes}
  leaves out: ${leavesOut}
  medians: ${medians.join(", ")}`;
}

function check({ only }: PeersOptions): Command<never> | undefined {
  const strange = only.split(",").find((name) => !PEERS.includes(name));
  return strange === undefined ? undefined : makeMistake(strange, `some of ${PEERS.join()}`, "--only");
}
