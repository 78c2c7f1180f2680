/**
 * Durable turns per second beside another framework, each in processes of its own.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { inTemporaryFolder, runJson } from "../../scripts/child.ts";
import { announce } from "../../scripts/progress.ts";
import { PrivateServer, PROGRAMS } from "../../tests/postgres/server.ts";
import { formatRatio } from "../report/format.ts";
import { toText } from "../report/table.ts";
import { findInstalled } from "./installed.ts";
import { CONFIG } from "./peer_process.ts";

/** Modules of the frameworks, this one first. */
const PEERS = ["durable_nomos", "durable_langgraph"] as const;
/** Imports of a program with the other framework and its stores. */
const IMPORTS = [
  "@langchain/langgraph",
  "@langchain/langgraph-checkpoint-sqlite",
  "@langchain/langgraph-checkpoint-postgres",
  "better-sqlite3",
];
/** Numbers of concurrent sessions. */
const SESSIONS = [1, 8];
/** Number of rounds, which alternate between the frameworks, because the load varies. */
const ROUNDS = 3;

const WORKER = fileURLToPath(new URL("frameworks/durable_worker.ts", import.meta.url));

/** Figures of all frameworks. */
export interface DurablePeers {
  /** Versions of the packages of the other framework, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly settings: readonly PeerTurns[];
}

/** Figures of one setting. */
export interface PeerTurns {
  /** Kind of database. */
  readonly store: string;
  /** Number of concurrent sessions. */
  readonly sessions: number;
  /** Turns per second in each round, of this framework and of the other one. */
  readonly perSecond: readonly (readonly number[])[];
}

/** Plays turns for `milliseconds` in each framework, database and round. */
export async function measureDurablePeers(milliseconds: number): Promise<DurablePeers> {
  const settings = await measureStore("sqlite", milliseconds, (folder, index) => {
    return `sqlite:${fileURLToPath(new URL(`${index}.db`, folder))}`;
  });
  if (PROGRAMS !== undefined) {
    const server = await PrivateServer.start({ fsync: true });
    try {
      settings.push(...await measureStore("postgres", milliseconds, () => server.url));
    } finally {
      await server.stop();
    }
  }
  const { versions } = await findInstalled(IMPORTS);
  return { versions, settings };
}

function measureStore(
  store: string,
  milliseconds: number,
  makeUrl: (folder: URL, index: number) => string,
): Promise<PeerTurns[]> {
  return inTemporaryFolder(async (folder) => {
    let index = 0;
    const settings: PeerTurns[] = [];
    for (const sessions of SESSIONS) {
      const perSecond = PEERS.map(() => [] as number[]);
      for (let round = 0; round < ROUNDS; round++) {
        for (const [peer, name] of PEERS.entries()) {
          const args = [name, makeUrl(folder, index++), String(sessions), String(milliseconds)];
          const run = () => runJson<number>(["--allow-all", CONFIG, WORKER, ...args]);
          perSecond[peer]!.push(await announce(`${name}, ${store}, ${sessions} sessions`, run));
        }
      }
      settings.push({ store, sessions, perSecond });
    }
    return settings;
  });
}

/** Formats a table of turns per second, each from the slowest round to the fastest. */
export function formatDurablePeers({ versions, settings }: DurablePeers): string {
  const table = toText({
    head: ["store, sessions", "@nomos/agent turns/s", "LangGraph turns/s", "fastest rounds"],
    rows: settings.map(({ store, sessions, perSecond }) => {
      const [ours, theirs] = perSecond.map((rounds) => Math.max(...rounds));
      const ranges = perSecond.map((rounds) =>
        [Math.min(...rounds), Math.max(...rounds)].map((value) => value.toFixed(0)).join(" to ")
      );
      return [`${store}, ${sessions}`, ...ranges, formatRatio(ours! / theirs!)];
    }),
  });
  const packages = Object.entries(versions).map((one) => one.join(" ")).join(", ");
  return `${table}\n\nBoth store each step before the next one, and flush every commit. With ${packages}.\n`;
}
