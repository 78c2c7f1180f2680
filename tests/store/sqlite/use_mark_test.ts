import { sqliteStore } from "@nomos/agent/sqlite";
import { ConfigError } from "@nomos/agent";
import { StoreError } from "@nomos/agent/store";
import { assertEquals, assertRejects } from "@std/assert";
import { ChildProgram } from "./child_program.ts";
import { appended, entriesOf, leased, programArgs, withFolder } from "./sqlite_fixture.ts";

Deno.test("a main file without the write-ahead log of its live store is refused, unless the loss is accepted", async () => {
  await withFolder(async (folder) => {
    const store = await sqliteStore(`${folder}/a.db`);
    await store.append(await leased(store), appended(0, 5));
    for (const name of ["copy.db", "whole.db"]) {
      await Deno.copyFile(`${folder}/a.db`, `${folder}/${name}`);
    }
    await Deno.copyFile(`${folder}/a.db-wal`, `${folder}/whole.db-wal`);
    for (let attempt = 0; attempt < 2; attempt++) {
      await assertRejects(
        () => sqliteStore(`${folder}/copy.db`),
        StoreError,
        `Cannot open the store in "${folder}/copy.db": its write-ahead log is missing`,
      );
    }
    const accepted = await sqliteStore(`${folder}/copy.db`, { acceptLoss: true });
    assertEquals(await entriesOf(accepted), []);
    await accepted.close();
    // A clean close cleared the mark.
    await (await sqliteStore(`${folder}/copy.db`)).close();
    const whole = await sqliteStore(`${folder}/whole.db`);
    assertEquals((await entriesOf(whole)).length, 5);
    await whole.close();
    await store.close();
  });
});

Deno.test("the last close clears the mark, earlier ones do not", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    const [one, two] = [await sqliteStore(file), await sqliteStore(file)];
    await one.append(await leased(one), appended(0));
    await one.close();
    await Deno.copyFile(file, `${folder}/copy.db`);
    await assertRejects(() => sqliteStore(`${folder}/copy.db`), StoreError, "log is missing");
    await two.append({ id: "a", owner: "owner of a", epoch: 1 }, appended(1));
    await two.close();
    await Deno.copyFile(file, `${folder}/closed.db`);
    const closed = await sqliteStore(`${folder}/closed.db`);
    assertEquals((await entriesOf(closed)).length, 2);
    await closed.close();
  });
});

Deno.test("a store whose process was killed or ended without close() opens without loss", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    {
      await using killed = new ChildProgram("appending_process.ts", file, "one", "1000000");
      await killed.readLine();
      await killed.readLine();
    }
    await (await sqliteStore(file)).close();
    await run(folder, `await store.create("b", { meta: "{}", hash: "00" });`);
    const store = await sqliteStore(file);
    assertEquals((await store.read("b"))?.head, 0);
    await store.close();
  });
});

Deno.test("a store whose program ended during a transaction opens without it", async () => {
  await withFolder(async (folder) => {
    // The transaction begins and ends in microtasks.
    for (const microtasks of [0, 1, 2, 3]) {
      await run(
        folder,
        `store.create("b${microtasks}", { meta: "{}", hash: "00" });
         for (let ticks = 0; ticks < ${microtasks}; ticks++) await null;
         process.exit();`,
      );
      await (await sqliteStore(`${folder}/a.db`)).close();
    }
  });
});

Deno.test("a store whose program ended by an error that nothing caught opens without loss", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    const failures = [
      `throw new Error("thrown");`,
      `Promise.reject(new Error("rejected")); await new Promise(() => setTimeout(() => {}, 60_000));`,
      `setTimeout(() => { throw new Error("late"); }); await new Promise(() => {});`,
    ];
    for (const [index, failure] of failures.entries()) {
      const id = `b${index}`;
      await run(
        folder,
        `await store.create("${id}", { meta: "{}", hash: "00" }); ${failure}`,
        false,
      );
      const store = await sqliteStore(file);
      assertEquals((await store.read(id))?.head, 0);
      await store.close();
    }
  });
});

Deno.test("a program that ends by an error does not clear the mark of the stores of others", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    const store = await sqliteStore(file);
    await store.append(await leased(store), appended(0));
    await run(folder, `throw new Error("thrown");`, false);
    await Deno.copyFile(file, `${folder}/copy.db`);
    await assertRejects(() => sqliteStore(`${folder}/copy.db`), StoreError, "log is missing");
    await store.close();
  });
});

/** Runs a program with an open store `a.db` in a folder, which it does not close. */
async function run(folder: string, statements: string, succeeds: boolean = true): Promise<void> {
  const program = `import process from "node:process";
    import { sqliteStore } from "@nomos/agent/sqlite";
    const store = await sqliteStore("${folder}/a.db");
    ${statements}`;
  await Deno.writeTextFile(`${folder}/program.ts`, program);
  const args = [...programArgs("", ["--allow-all"]).slice(0, -1), `${folder}/program.ts`];
  assertEquals((await new Deno.Command(Deno.execPath(), { args }).output()).success, succeeds);
}

Deno.test("stores that close at once clear the mark", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    await using one = new ChildProgram("opening_process.ts", file);
    await using two = new ChildProgram("opening_process.ts", file);
    await Promise.all([one.readLine(), two.readLine()]);
    await Promise.all([one.notify(), two.notify()]);
    await Promise.all([one.end(), two.end()]);
    await (await sqliteStore(file)).close();
  });
});

Deno.test("sqliteStore(), refuses an acceptLoss that is not true or false", async () => {
  const acceptLoss = "yes" as unknown as boolean;
  await assertRejects(() => sqliteStore(":memory:", { acceptLoss }), ConfigError, "acceptLoss");
});
