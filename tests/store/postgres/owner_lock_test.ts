import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { hasOwnConnection } from "../../../src/store/postgres/owner_lock.ts";
import { postgresTest, type PostgresTestCase } from "../../postgres/postgres_test_case.ts";

const PROGRAM = fileURLToPath(import.meta.resolve("./holder.ts"));

/** Starts a process that claims session `a` for an hour. Returns once it has the lease. */
async function startHolder({ url, schema }: PostgresTestCase): Promise<Deno.ChildProcess> {
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", PROGRAM, url, schema],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = holder.stdout.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "holding\n");
  reader.releaseLock();
  return holder;
}

async function kill(holder: Deno.ChildProcess): Promise<void> {
  holder.kill("SIGKILL");
  await holder.output();
}

postgresTest("the lease of a killed process can be claimed at once", async (postgres) => {
  const store = await postgres.open();
  await store.create("a", { meta: "{}", hash: "00" });
  const holder = await startHolder(postgres);
  try {
    const claim = () => store.claim("a", { owner: "next", ttl: 60_000 });
    assertEquals(await claim(), undefined);
    holder.kill("SIGSTOP");
    assertEquals(await claim(), undefined);
    assert((await store.read("a"))!.lease!.until > Date.now());
    await kill(holder);
    // The server notices the end of the connection within milliseconds.
    const deadline = Date.now() + 10_000;
    while ((await store.read("a"))!.lease!.until > 0 && Date.now() < deadline);
    assertEquals((await store.list()).sessions[0]?.lease?.until, 0);
    let lease = await claim();
    while (lease === undefined && Date.now() < deadline) lease = await claim();
    assertEquals(lease?.owner, "next");
  } finally {
    await kill(holder).catch(() => {});
  }
});

postgresTest(
  "a process whose connection was lost is not taken for dead for long",
  async (postgres) => {
    const applicationName = `${postgres.schema}_1`.slice(-40);
    const name = `lease owner of ${applicationName}`;
    const holder = await postgres.open({ applicationName });
    await holder.create("a", { meta: "{}", hash: "00" });
    const owner = `${holder.ownerPrefix}me`;
    await holder.claim("a", { owner, ttl: 3_600_000 });
    const locks = `FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND application_name = $1`;
    const [before] = await postgres.query<{ pid: number }>(`SELECT pid ${locks}`, name);
    await postgres.query("SELECT pg_terminate_backend($1)", before!.pid);
    await postgres.waitForRow(`SELECT ${locks} AND pid <> $2`, name, before!.pid);
    const other = await postgres.open();
    assertEquals(await other.claim("a", { owner: "next", ttl: 1_000 }), undefined);
  },
);

/** Returns a client and a database whose statements run on these connections in turn. */
function pidsOf(client: number[], other: number): Parameters<typeof hasOwnConnection> {
  const reply = (pid: number | undefined) => Promise.resolve({ rows: [{ pid }] });
  const database = {
    transaction: (_: unknown, body: (query: () => unknown) => unknown) => body(() => reply(other)),
  };
  return [{ query: () => reply(client.shift()) }, database] as never;
}

Deno.test("a pooler that shares connections between transactions is found out", async () => {
  assertEquals(await hasOwnConnection(...pidsOf([1, 1, 1], 2)), true);
  // The other client gets the connection that the client used last.
  assertEquals(await hasOwnConnection(...pidsOf([1, 1, 2], 1)), false);
  // Connections are used in turn.
  assertEquals(await hasOwnConnection(...pidsOf([1, 2, 3], 4)), false);
  // The client gets another connection while a transaction keeps the first one.
  assertEquals(await hasOwnConnection(...pidsOf([1, 1, 3], 2)), false);
});
