import { assert, assertEquals } from "@std/assert";
import { privateServerTest } from "../../postgres/postgres_test_case.ts";

privateServerTest(
  "postgresStore() outlives a crash of its server, and loses nothing",
  async (postgres, server) => {
    const store = await postgres.open({ retries: 10 });
    const acknowledged: number[] = [];
    const ids = ["a", "b", "c", "d"];
    for (const id of ids) await store.create(id, { meta: "{}", hash: "00" });
    let isOver = false;
    /** Appends until the server is back, and goes on from what is there when an answer was lost. */
    const writing = ids.map(async (id, writer) => {
      const lease = (await store.claim(id, { owner: id, ttl: 60_000 }))!;
      let head = 0;
      let isLast = false;
      while (!isLast) {
        isLast = isOver;
        try {
          await store.append(lease, {
            head,
            entries: [{ seq: head, body: `${head}`, hash: "01" }],
          });
          acknowledged[writer] = ++head;
        } catch {
          head = (await store.read(id))!.head;
          assert(head >= acknowledged[writer]!);
        }
      }
    });
    await postgres.until(`SELECT FROM ${postgres.schema}.session HAVING min(head) > 2`);
    await server.restart();
    isOver = true;
    await Promise.all(writing);
    for (const [writer, id] of ids.entries()) {
      const { head } = (await store.read(id))!;
      assertEquals(head, acknowledged[writer]);
      const entries = await store.entries(id, { from: 0, limit: 1_000_000 });
      assertEquals(entries.map(({ seq, body }) => [seq, body]), counted(head));
    }
  },
);

function counted(count: number): [number, string][] {
  return Array.from({ length: count }, (_, seq) => [seq, `${seq}`]);
}
