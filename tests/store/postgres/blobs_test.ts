import { Agent, decide, MockLLM } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import { postgresTest } from "../../postgres/postgres_test_case.ts";

const LONG = Uint8Array.from({ length: 100_000 }, (_, at) => at * 7);

postgresTest(
  "postgresStore() keeps a picture once, for sessions and forks, and deletes it with the last",
  async (postgres) => {
    const store = await postgres.open();
    const llm = new MockLLM([decide.respond("A cup")], { whenDone: "repeat" });
    const steps = { talk: { description: "Talk" } };
    const agent = new Agent({ name: "talker", llm, start: "talk", steps });
    const input = [{ type: "image", mediaType: "image/png", data: LONG }] as const;
    const session = await agent.openSession("a", { store });
    await session.next(input);
    await (await agent.openSession("b", { store })).next(input);
    await session.fork({ id: "c" });
    const tables = ["blob", "blob_use"].map((table) => `${postgres.schema}.${table}`);
    const counts = () =>
      Promise.all(tables.map(async (table) => {
        const [row] = await postgres.query<{ count: number }>(
          `SELECT count(*)::int AS count FROM ${table}`,
        );
        return row!.count;
      }));
    assertEquals(await counts(), [1, 3]);
    assertEquals(await store.readBlob!("a", "\0"), undefined);
    await store.delete("a");
    await store.delete("b");
    assertEquals(await counts(), [1, 1]);
    const fork = await agent.openSession("c", { store });
    await fork.next("Sure?");
    const [picture] = llm.requests.at(-1)!.messages[1]!.parts!;
    assertEquals(picture?.type === "image" && picture.data, LONG);
    await store.delete("c");
    assertEquals(await counts(), [0, 0]);
  },
);

postgresTest(
  "postgresStore() loses no picture while sessions with it are deleted and made",
  async (postgres) => {
    const [one, other] = [await postgres.open(), await postgres.open()];
    const llm = new MockLLM([decide.respond("A cup")], { whenDone: "repeat" });
    const steps = { talk: { description: "Talk" } };
    const agent = new Agent({ name: "talker", llm, start: "talk", steps });
    const pictures = [1, 2, 3, 4].map((byte) => {
      const data = LONG.slice(byte);
      return { type: "image", mediaType: "image/png", data } as const;
    });
    await Promise.all(Array.from({ length: 24 }, async (_, index) => {
      const [store, id] = [index % 2 === 0 ? one : other, `s${index}`];
      const session = await agent.openSession(id, { store });
      await session.next(index % 3 === 0 ? pictures : pictures.toReversed());
      const again = await agent.openSession(id, { store });
      await again.load();
      await store.delete(id);
    }));
    const [row] = await postgres.query(
      `SELECT count(*)::int AS count FROM ${postgres.schema}.blob`,
    );
    assertEquals(row, { count: 0 });
  },
);
