import { ConfigError } from "@nomos/agent";
import { openStore, StoreError } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { withFolder } from "./sqlite/sqlite_fixture.ts";

Deno.test("openStore() opens the store that a URL names", async () => {
  await withFolder(async (folder) => {
    const stores = {
      "memory:": "memory",
      "MEMORY:": "memory",
      "sqlite::memory:": "sqlite",
      [`sqlite:${folder}/a b%20?#.db`]: "sqlite",
      [`SQLite://${folder}/c.db`]: "sqlite",
    };
    for (const [url, name] of Object.entries(stores)) {
      const store = await openStore(url);
      await store.create("a", { meta: "{}", hash: "00" });
      assertEquals(store.name, name);
      await store.close();
    }
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(names, ["a b%20?#.db", "c.db"]);
  });
});

Deno.test("openStore() rejects invalid URLs, without quoting the password", async () => {
  const messages = {
    "": 'by a URL without a scheme: expected "memory:", "sqlite:agent.db" or "postgres://',
    "agent.db": "by a URL without a scheme",
    "/var/a:b.db": "by a URL without a scheme",
    "mysql://me:secret@host/db": 'by a URL of scheme "mysql": expected "memory:", "sqlite:',
    "constructor:secret": 'by a URL of scheme "constructor"',
    "memory:agent": 'Cannot open store "memory:agent": expected "memory:" with nothing after it',
    "postgres://me:secret@host:port/db": 'expected "postgres://user:password@host:port/database"',
    "postgresql:me:secret": 'expected "postgres://user:password@host:port/database"',
    "sqlite:": 'Cannot open store "sqlite:": expected a path, for example "sqlite:agent.db"',
    "sqlite://host/a.db":
      'Cannot open store "sqlite://host/a.db": the URL names a host: expected ' +
      '"sqlite:host/a.db" or, for an absolute path, "sqlite:///…"',
  };
  for (const [url, message] of Object.entries(messages)) {
    const error = await assertRejects(() => openStore(url), ConfigError, message);
    assert(!error.message.includes("secret"), error.message);
  }
});

Deno.test("openStore() rejects with the error of the store", async () => {
  await withFolder(async (folder) => {
    await assertRejects(() => openStore(`sqlite:${folder}/none/a.db`), StoreError, "folder");
  });
});
