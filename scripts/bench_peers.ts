/**
 * `deno task bench:peers`: measures the cost of other frameworks in the same scenario.
 *
 * @module
 */
import { measurePeers, PEERS } from "../bench/peers/measure_peers.ts";
import type { PeerFigures } from "../bench/peers/peer_figures.ts";
import { toText } from "../bench/report/table.ts";
import { makePeersTable } from "../bench/report/tables.ts";
import { type FlagValues, makeMistake, readFlags } from "../src/cli/command_line.ts";
import { runCommand } from "./command.ts";

const FLAGS = { only: PEERS.join(), rounds: 5, milliseconds: 200 };

type PeersOptions = FlagValues<typeof FLAGS>;

const USAGE =
  `Plays the same scenario in other frameworks, each in a process of its own. The first run
downloads their packages, about 250 MB.

Usage: deno task bench:peers [flags]

      --only NAMES           measure only these, separated by commas: ${PEERS.join(",")}
      --rounds NUMBER        number of rounds (5)
      --milliseconds NUMBER  duration of the scenario in each round (200)
  -h, --help                 print this help
`;

if (import.meta.main) {
  Deno.exit(await runCommand(readFlags(Deno.args, FLAGS, { check }), USAGE, run));
}

async function run({ only, rounds, milliseconds }: PeersOptions): Promise<string> {
  const peers = await measurePeers(only.split(","), rounds, milliseconds);
  return `Time per model call: minimum of ${rounds} rounds, and ratio to the first framework\n\n${
    toText(makePeersTable(peers))
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

function check({ only }: PeersOptions) {
  const unknown = only.split(",").find((name) => !PEERS.includes(name));
  if (unknown === undefined) return undefined;
  return makeMistake(unknown, `some of ${PEERS.join()}`, "--only");
}
