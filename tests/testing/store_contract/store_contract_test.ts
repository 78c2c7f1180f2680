import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { memoryStore, type Store } from "@nomos/agent/store";
import { storeContract, StoreContractError, type StoreContractOptions } from "@nomos/agent/testing";
import { BLOB_FAULTS, storeWithoutBlobs } from "./broken_blobs.ts";
import { CHILD_FAULTS } from "./broken_children.ts";
import { CLAIM_FAULTS } from "./broken_claims.ts";
import { LIST_FAULTS } from "./broken_lists.ts";
import { brokenStore, FAULTS } from "./broken_stores.ts";
import { SUMMARY_FAULTS } from "./broken_summaries.ts";

let now = 1_700_000_000_000;
const clock = () => now;
const advance = (ms: number) => void (now += ms);
const open = () => memoryStore({ clock });

async function failuresOf(checks: ReturnType<typeof storeContract>): Promise<Map<string, Error>> {
  const failures = new Map<string, Error>();
  for (const { name, run } of checks) await run().catch((error) => failures.set(name, error));
  return failures;
}

const ALL_FAULTS = {
  ...FAULTS,
  ...CLAIM_FAULTS,
  ...CHILD_FAULTS,
  ...LIST_FAULTS,
  ...SUMMARY_FAULTS,
  ...BLOB_FAULTS,
};

for (const [name, fault] of Object.entries(ALL_FAULTS)) {
  Deno.test(`storeContract() finds that ${name}`, async () => {
    const checks = storeContract(() => brokenStore(open(), fault), { advance });
    const failures = await failuresOf(checks);
    const found = [...failures].find(([check, { message }]) => {
      return check.startsWith(fault.check) || message.startsWith(fault.check);
    });
    assert(found !== undefined, `"${fault.check}" should have failed: ${[...failures.keys()]}`);
    assert(found[1] instanceof StoreContractError, found[1].message);
  });
}

Deno.test("storeContract() finds that a store loses its data when it is closed", async () => {
  const failures = await failuresOf(storeContract(open, { advance, reopen: open }));
  assertEquals([...failures.keys()], [
    "acknowledged writes are there when the store is opened again",
    "close() keeps all acknowledged writes",
    "a lease outlives the store object that created it",
  ]);
  for (const error of failures.values()) assert(error instanceof StoreContractError);
});

Deno.test("storeContract() omits checks whose option is missing", () => {
  const names = (options: StoreContractOptions) => {
    return storeContract(open, options).map(({ name }) => name);
  };
  const all = names({ advance, reopen: open });
  assertEquals(new Set(all).size, all.length);
  const without = (options: StoreContractOptions) => {
    const given = new Set(names(options));
    return all.filter((name) => !given.has(name)).length;
  };
  assertEquals([without({ advance }), without({ reopen: open }), without({})], [3, 2, 5]);
});

Deno.test("storeContract() uses the given id prefix and deletes its sessions", async () => {
  const store = open();
  const created: string[] = [];
  const shared = {
    check: "",
    methods: (): Partial<Store> => ({
      async create(id, session) {
        await store.create(id, session);
        created.push(id);
      },
      close: () => Promise.resolve(),
    }),
  };
  let number = 0;
  const ids = () => `check-${++number}/`;
  const checks = storeContract(() => brokenStore(store, shared), { advance, ids })
    .filter(({ name }) => !name.startsWith("close()"));
  for (const { run } of checks) await run();
  assertEquals(number, checks.length);
  assertEquals(created.filter((id) => !/^check-\d+\//.test(id)), []);
  assertEquals((await store.list()).sessions, []);
});

Deno.test("storeContract() reports the first error if cleaning up fails as well", async () => {
  const fault = {
    check: "",
    methods: () => ({
      read: () => Promise.resolve(undefined),
      delete: () => Promise.reject(new TypeError("cannot delete")),
    }),
  };
  const [check] = storeContract(() => brokenStore(open(), fault));
  const error = await assertRejects(() => check!.run(), StoreContractError);
  assertEquals(
    error.message,
    "read() of a created session returned undefined: expected a value",
  );
});

Deno.test("storeContract() shows two long values only around their difference", async () => {
  const broken = () => brokenStore(open(), FAULTS["append() cuts bodies at 64 kB"]!);
  const failures = await failuresOf(storeContract(broken, { advance }));
  const { message } = failures.get("append() stores every body and hash unchanged")!;
  assertMatch(message, /^Wrong value of entry \d+: found …/);
  assert(message.length < 600, message);
});

Deno.test("storeContract() accepts a store without blobs", async () => {
  for (const { run } of storeContract(storeWithoutBlobs)) await run();
});
