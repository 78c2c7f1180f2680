import { ConfigError } from "@nomos/agent";
import { openStore, StoreError } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import configuration from "../../deno.json" with { type: "json" };
import { runDeno } from "../../scripts/child.ts";
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

Deno.test("openStore() says which runtime has SQLite, where node:sqlite is missing", async () => {
  await withFolder(async (folder) => {
    const { valibot } = configuration.imports;
    const imports = { valibot, "node:sqlite": `data:text/javascript,throw "No such module"` };
    await Deno.writeTextFile(`${folder}/map.json`, JSON.stringify({ imports }));
    const url = new URL("../../src/store/mod.ts", import.meta.url);
    const program = `import { openStore, StoreError } from "${url}";
      const error = await openStore("sqlite:a.db").catch((error) => error);
      console.log(error instanceof StoreError, error.message);`;
    await Deno.writeTextFile(`${folder}/program.ts`, program);
    const options = ["--no-config", "--quiet", `--import-map=${folder}/map.json`];
    const found = await runDeno(["run", ...options, `${folder}/program.ts`], folder);
    assertStringIncludes(
      found,
      'true Cannot open store "sqlite:a.db": its driver cannot be loaded',
    );
    assertStringIncludes(
      found,
      "expected a runtime whose module node:sqlite is complete: Node 22.16",
    );
  });
});

Deno.test("a store is closed at the end of the block that opened it with await using", async () => {
  const stores = [];
  for (const url of ["memory:", "sqlite::memory:"]) {
    await using store = await openStore(url);
    await store.create("a", { meta: "{}", hash: "00" });
    stores.push(store);
  }
  for (const store of stores) await assertRejects(() => store.read("a"), StoreError, "was closed");
});
