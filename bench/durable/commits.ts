/**
 * Number of commits of a turn, counted in the write-ahead log of the database.
 *
 * Each commit of these databases flushes its write-ahead log before it is acknowledged, because
 * SQLite runs with `synchronous = FULL`, and PostgreSQL with `fsync` and `synchronous_commit`. In a
 * session on its own, a commit is therefore a sync. Sessions that play at once share them.
 *
 * @module
 */
import type { Environment, Server } from "../../scripts/chaos/scenario.ts";
import { makeDurableAgent } from "./durable_agent.ts";
import { INPUT } from "./scenario.ts";

/** Figure of one store. */
export interface TurnCommits {
  /** Name of the store. */
  readonly store: string;
  /** Mean number of commits of a turn. */
  readonly commits: number;
}

/** Returns the number of commits since the counting began. */
type CommitCounter = () => Promise<number>;

/** Number of measured turns. Few, because SQLite starts its log again after 1,000 pages. */
const TURNS = 10;

/** Counts the commits of a session on its own, after a first turn. */
export async function countTurnCommits(environment: Environment): Promise<TurnCommits> {
  const { kind, url, store, server } = environment;
  const session = await makeDurableAgent().openSession("commits", { store });
  await session.next(INPUT);
  const count = kind === "sqlite"
    ? await countInSqlite(url.slice("sqlite:".length))
    : await countInPostgres(server!);
  for (let turn = 0; turn < TURNS; turn++) await session.next(INPUT);
  return { store: store.name, commits: await count() / TURNS };
}

/** Counts the frames in the log of a file that end a transaction. */
async function countInSqlite(file: string): Promise<CommitCounter> {
  const before = examineFrames(await Deno.readFile(`${file}-wal`));
  return async () => {
    const now = examineFrames(await Deno.readFile(`${file}-wal`));
    if (now.salt !== before.salt) {
      throw new Error("Cannot count commits: SQLite has started its log again meanwhile");
    }
    return now.commits - before.commits;
  };
}

/** The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
const HEADER_SIZE = 32;
const FRAME_HEADER_SIZE = 24;

/** Counts the commits in a log, whose salt also marks the frames that belong to it. */
export function examineFrames(
  log: Uint8Array,
): { readonly salt: bigint; readonly commits: number } {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const salt = view.getBigUint64(16);
  const size = FRAME_HEADER_SIZE + view.getUint32(8);
  let commits = 0;
  for (let at = HEADER_SIZE; at + size <= log.length; at += size) {
    // The size of the database after the transaction is only in its last frame.
    const isCommit = view.getUint32(at + 4) !== 0;
    if (isCommit && view.getBigUint64(at + 8) === salt) commits++;
  }
  return { salt, commits };
}

/** Counts the records in the log of a server that commit a transaction. */
async function countInPostgres(server: Server): Promise<CommitCounter> {
  await server.query("CREATE EXTENSION IF NOT EXISTS pg_walinspect");
  const end = "pg_current_wal_flush_lsn()";
  const { rows: [row] } = await server.query<{ readonly lsn: string }>(
    `SELECT ${end}::text AS lsn`,
  );
  return async () => {
    const { count } = await server.query(
      `SELECT FROM pg_get_wal_records_info($1, ${end})
       WHERE resource_manager = 'Transaction' AND record_type = 'COMMIT'`,
      row!.lsn,
    );
    return count;
  };
}
