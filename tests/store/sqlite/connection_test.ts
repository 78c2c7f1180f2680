import { ConfigError } from "@nomos/agent";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { runDeno } from "../../../scripts/child.ts";
import {
  openDatabase,
  prepareDatabase,
  toDatabaseLocation,
} from "../../../src/store/sqlite/connection.ts";
import { BusyRetry } from "../../../src/store/sqlite/busy_retry.ts";
import { MIGRATIONS } from "../../../src/store/sqlite/tables.ts";
import { sqliteStore } from "@nomos/agent/sqlite";
import { StoreError, StoreVersionError } from "@nomos/agent/store";
import { appended, leased, programArgs, withFolder } from "./sqlite_fixture.ts";

const retry = new BusyRetry({ busyTimeout: 0, random: () => 0, wait: () => Promise.resolve() });

Deno.test("sqliteStore(), sets the documented pragmas for durability and safety", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    const database = openDatabase(file);
    await prepareDatabase(database, file, retry);
    const settings = {
      journal_mode: "wal",
      synchronous: 2,
      fullfsync: 1,
      foreign_keys: 1,
      trusted_schema: 0,
      cell_size_check: 1,
      wal_autocheckpoint: 1_000,
      user_version: MIGRATIONS.length,
      application_id: 0x6e6f6d6f,
    };
    for (const [name, value] of Object.entries(settings)) {
      assertEquals(database.prepare(`PRAGMA ${name}`).get()?.[name], value, name);
    }
    assertEquals(Object.values(database.prepare("PRAGMA busy_timeout").get()!), [0]);
    database.close();
  });
});

Deno.test("sqliteStore(), accepts paths and file URLs, and does not read a path as a SQLite URI", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/with space?mode=memory#100%.db`;
    const first = await sqliteStore(path);
    await first.create("a", { meta: "{}", hash: "00" });
    await first.close();
    const second = await sqliteStore(pathToFileURL(path));
    assert(await second.read("a") !== undefined);
    await second.close();
  });
  assertEquals(toDatabaseLocation("file:a.db?mode=memory"), "./file:a.db?mode=memory");
  assertEquals(toDatabaseLocation(":memory:"), "./:memory:");
  assertEquals(toDatabaseLocation("/var/a.db"), "/var/a.db");
});

Deno.test("sqliteStore(), rejects invalid paths and options", async () => {
  for (const path of ["", "a\0b", new URL("https://example.com/a.db")]) {
    await assertRejects(() => sqliteStore(path), ConfigError, "Cannot open a SQLite store at");
  }
  for (const busyTimeout of [-1, NaN, Infinity]) {
    await assertRejects(
      () => sqliteStore(":memory:", { busyTimeout }),
      ConfigError,
      `Cannot open a SQLite store with busyTimeout ${busyTimeout}: expected a number of milliseconds from 0`,
    );
  }
  for (const name of ["clock", "random", "wait"]) {
    const call = () => sqliteStore(":memory:", { [name]: 1 });
    await assertRejects(call, ConfigError, `Cannot open a SQLite store with ${name} 1`);
  }
});

Deno.test("sqliteStore(), reports why a file cannot be opened, and does not change it", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/folder.db`);
    await Deno.writeTextFile(`${folder}/text.db`, "not a database\n".repeat(1_000));
    using other = new DatabaseSync(`${folder}/other.db`);
    other.exec("CREATE TABLE thing (name TEXT)");
    using marked = new DatabaseSync(`${folder}/marked.db`);
    marked.exec("PRAGMA application_id = 1");
    const problems = {
      "missing/a.db":
        "the file cannot be opened: expected a readable file in an existing folder, or no file yet",
      "folder.db": "the file cannot be opened",
      "text.db": "the file is not a SQLite database: expected one, or a path without a file",
      "other.db": "it is a database of another program: expected a store of this package",
      "marked.db": "it is a database of another program",
    };
    for (const [name, problem] of Object.entries(problems)) {
      const file = `${folder}/${name}`;
      const before = await Deno.readFile(file).catch(() => undefined);
      const error = await assertRejects(() => sqliteStore(file), StoreError);
      assertStringIncludes(error.message, `Cannot open the store in "${file}": ${problem}`);
      assertEquals(await Deno.readFile(file).catch(() => undefined), before);
    }
  });
});

Deno.test("sqliteStore(), rejects the file of a newer release, and does not change it", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    await (await sqliteStore(file)).close();
    {
      using newer = new DatabaseSync(file);
      newer.exec("PRAGMA user_version = 1000");
    }
    const before = await Deno.readFile(file);
    const error = await assertRejects(() => sqliteStore(file), StoreVersionError);
    assertStringIncludes(error.message, "a newer release changed it to version 1000: expected");
    assertEquals(await Deno.readFile(file), before);
  });
});

Deno.test("sqliteStore(), stops writing once a newer release has changed the tables", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    const store = await sqliteStore(file);
    const lease = await leased(store);
    await store.append(lease, appended(0));
    {
      using newer = new DatabaseSync(file);
      newer.exec("PRAGMA user_version = 1000");
    }
    await assertRejects(() => store.append(lease, appended(1)), StoreVersionError);
    assertEquals((await store.read("a"))?.head, 1);
    await store.close();
  });
});

Deno.test("sqliteStore(), needs permissions for its file only, and names them in the error", async () => {
  await withFolder(async (folder) => {
    const [file, backup] = [`${folder}/a.db`, `${folder}/b.db`];
    const run = async (...permissions: string[]) => {
      const args = [...programArgs("permitted_program.ts", permissions), file, backup];
      return (await runDeno(args)).trim();
    };
    const refusal = `Cannot open the store in "${file}": Deno denied access to the file: ` +
      "expected --allow-read and --allow-write for it";
    assertEquals(await run(), refusal);
    assertEquals(await run(`--allow-read=${file}`), refusal);
    const both = `${file},${backup}`;
    assertEquals(await run(`--allow-read=${both}`, `--allow-write=${both}`), "done");
  });
});
