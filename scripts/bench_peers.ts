/**
 * `deno task bench:peers`: what other frameworks cost in the same scenario, on
 * this machine, in one sitting.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { measurePeers, PEERS } from "../bench/peers/measure_peers.ts";
import type { PeerFigures } from "../bench/peers/peer_figures.ts";
import { toText } from "../bench/report/table.ts";
import { peersTable } from "../bench/report/tables.ts";
import { type Command, earlyAnswer, mistake, positive } from "../src/profile/command_line.ts";
import { runCommand } from "./command.ts";

/** The settings of one command. */
interface PeersOptions {
  readonly only: readonly string[];
  readonly rounds: number;
  readonly milliseconds: number;
  readonly json: boolean;
}

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

if (import.meta.main) Deno.exit(await runCommand(parseOptions(Deno.args), USAGE, run));

async function run({ only, rounds, milliseconds, json }: PeersOptions): Promise<string> {
  const effort = { rounds, milliseconds, conversations: CONVERSATIONS };
  const peers = await measurePeers(only, effort);
  if (json) return `${JSON.stringify(peers, null, 2)}\n`;
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

function parseOptions(args: readonly string[]): Command<PeersOptions> {
  const early = earlyAnswer();
  const flags = parseArgs([...args], {
    alias: { h: "help" },
    boolean: ["json", "help"],
    string: ["only", "rounds", "milliseconds"],
    default: { only: PEERS.join(), rounds: "5", milliseconds: "200" },
    unknown: early.unknown,
  });
  const answer = early.answer(flags);
  if (answer !== undefined) return answer;
  const rounds = positive(flags.rounds);
  if (rounds === undefined) return mistake(flags.rounds, "a whole number from 1", "--rounds");
  const milliseconds = positive(flags.milliseconds);
  if (milliseconds === undefined) {
    return mistake(flags.milliseconds, "a whole number from 1", "--milliseconds");
  }
  const only = flags.only.split(",");
  const strange = only.find((name) => !PEERS.includes(name));
  if (strange !== undefined) return mistake(strange, `some of ${PEERS.join()}`, "--only");
  return { kind: "run", options: { only, rounds, milliseconds, json: flags.json } };
}
