import type { Store, StoredEntry } from "@nomos/agent/store";
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { postgresTest, type PostgresTestCase } from "../../postgres/postgres_test_case.ts";
import type { WriterTask } from "./writer.ts";

const PROGRAM = fileURLToPath(import.meta.resolve("./writer.ts"));
const ID = "a";
/** Number of killed writers; `deno task chaos` kills hundreds. */
const KILLS = 4;

/** Starts a writer with the documented permissions, and write permission for its journal. */
function startWriter(task: WriterTask): Deno.ChildProcess {
  const { hostname, port } = new URL(task.url);
  const permissions = [
    `--allow-net=${hostname}:${port || 5432}`,
    "--allow-env=PGBINARY,PGOPTIONS,PGREPLICATION",
    `--allow-write=${task.acknowledged}`,
  ];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, PROGRAM, JSON.stringify(task)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

async function outputOf(writer: Deno.ChildProcess): Promise<string> {
  const { stdout } = await writer.output();
  return new TextDecoder().decode(stdout);
}

/** Calls `body` with a task and a store that contains its session. */
async function withTask(
  postgres: PostgresTestCase,
  body: (task: WriterTask, store: Store) => Promise<void>,
): Promise<void> {
  const store = await postgres.open();
  await store.create(ID, { meta: "{}", hash: "00" });
  const acknowledged = await Deno.makeTempFile({ prefix: "nomos_postgres_" });
  const { url, schema } = postgres;
  const lasting = { ttl: 60_000, perLease: 1_000_000, leases: 1 };
  try {
    await body({ url, schema, session: ID, owner: "1", ...lasting, acknowledged }, store);
  } finally {
    await Deno.remove(acknowledged);
  }
}

async function acknowledgedIn({ acknowledged }: WriterTask): Promise<string[]> {
  const text = await Deno.readTextFile(acknowledged);
  // The last line may be incomplete; its entry was not acknowledged.
  return text.split("\n").slice(0, -1);
}

async function headOf(store: Store): Promise<number> {
  return (await store.read(ID))!.head;
}

async function untilHead(store: Store, head: number): Promise<void> {
  while (await headOf(store) < head);
}

/** Reads all entries, and verifies that they have no gaps. */
async function entriesOf(store: Store): Promise<readonly StoredEntry[]> {
  const entries = await store.entries(ID, { from: 0, limit: 1_000_000 });
  assertEquals(entries.map(({ seq }) => seq), Array.from(entries, (_, index) => index));
  assertEquals(await headOf(store), entries.length);
  return entries;
}

postgresTest(
  "acknowledged appends survive the death of the writer",
  async (postgres) => {
    await withTask(postgres, async (task, store) => {
      /** Replaces the lease of the killed writer, whose last append the server may still commit. */
      const fence = async () =>
        await store.release((await store.claim(ID, { owner: "test", ttl: 1, force: true }))!);
      for (let kill = 0; kill < KILLS; kill++) {
        const owner = `${kill}`;
        await fence();
        const head = await headOf(store);
        const writer = startWriter({ ...task, owner });
        await untilHead(store, head + 3 + kill * 7);
        writer.kill("SIGKILL");
        assertEquals(await outputOf(writer), "");
      }
      await fence();
      const acknowledged = await acknowledgedIn(task);
      const bodies = (await entriesOf(store)).map(({ body }) => body);
      assert(acknowledged.length >= 50, `${acknowledged.length} acknowledged`);
      const kept = new Set(bodies);
      assertEquals(acknowledged.filter((body) => !kept.has(body)), []);
      // Each killed writer may have committed one more entry without acknowledging it.
      assert(bodies.length - acknowledged.length <= KILLS, `${bodies.length} in the session`);
      assertEquals(
        bodies,
        bodies.map((body, index) => `"${index}${body.slice(body.indexOf(" "))}`),
      );
    });
  },
);

postgresTest("two processes that write one session alternate", async (postgres) => {
  await withTask(postgres, async (task, store) => {
    const share = { ...task, perLease: 5, leases: 8 };
    const writers = ["1", "2"].map((owner) => startWriter({ ...share, owner }));
    assertEquals(await Promise.all(writers.map(outputOf)), ["", ""]);
    const owners = (await entriesOf(store)).map(({ body }) => body.slice(body.indexOf("by")));
    assertEquals(owners.length, 2 * 8 * 5);
    for (let turn = 0; turn < owners.length; turn += 5) {
      assertEquals(new Set(owners.slice(turn, turn + 5)).size, 1);
    }
    const epochs = owners.map((owner) => Number.parseInt(owner.split(" of ")[1]!));
    assertEquals(epochs, epochs.toSorted((a, b) => a - b));
    assertEquals(new Set(epochs).size, 16);
  });
});

postgresTest(
  "a writer that was suspended for longer than its lease cannot write",
  async (postgres) => {
    await withTask(postgres, async (task, store) => {
      const writer = startWriter({ ...task, ttl: 300 });
      await untilHead(store, 3);
      writer.kill("SIGSTOP");
      let lease = await store.claim(ID, { owner: "test", ttl: 60_000 });
      while (lease === undefined) lease = await store.claim(ID, { owner: "test", ttl: 60_000 });
      const head = await headOf(store);
      await store.append(lease, { head, entries: [{ seq: head, body: "1", hash: "01" }] });
      writer.kill("SIGCONT");
      assertEquals(await outputOf(writer), "lost\n");
      const bodies = (await entriesOf(store)).map(({ body }) => body);
      assertEquals([bodies.length, bodies.at(-1)], [head + 1, "1"]);
      const acknowledged = await acknowledgedIn(task);
      assertEquals(bodies.slice(0, acknowledged.length), acknowledged);
    });
  },
);
