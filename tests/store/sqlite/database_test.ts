import { assertEquals, assertThrows } from "@std/assert";
import {
  readBytes,
  readEntry,
  readLease,
  readSession,
  readSnapshot,
} from "../../../src/store/sqlite/database.ts";
import { DamagedRowError } from "../../../src/store/sqlite/sqlite_failure.ts";

const SESSION = { meta: "{}", head: 1, hash: "00", created_at: 2, updated_at: 3 };
const SNAPSHOT = { snapshot_head: 1, snapshot_hash: "00", snapshot_body: "{}" };
const LEASE = { owner: new TextEncoder().encode("a\0b"), epoch: 4, lease_until: 5 };
const ENTRY = { seq: 0, body: "{}", hash: "00" };

Deno.test("reads valid rows", () => {
  const session = { id: "a", meta: "{}", head: 1, hash: "00", createdAt: 2, updatedAt: 3 };
  assertEquals(readSession("a", SESSION), session);
  assertEquals(readSnapshot(SNAPSHOT), { head: 1, hash: "00", body: "{}" });
  assertEquals(readSnapshot({ ...SNAPSHOT, snapshot_head: null }), undefined);
  assertEquals(readLease(LEASE), { owner: "a\0b", epoch: 4, until: 5 });
  assertEquals(readLease({ ...LEASE, owner: null }), undefined);
  assertEquals(readEntry(ENTRY), ENTRY);
  assertEquals(readBytes({ id: new Uint8Array([1]) }, "id"), new Uint8Array([1]));
});

Deno.test("rejects rows with a column of the wrong type as damaged", () => {
  const readers = [[readSession.bind(null, "a"), SESSION], [readSnapshot, SNAPSHOT], [
    readEntry,
    ENTRY,
  ]] as const;
  for (const [reader, row] of readers) {
    for (const [column, value] of Object.entries(row)) {
      const others = typeof value === "number" ? ["1", 0.5, undefined] : [1, null, undefined];
      for (const other of [...others, new Uint8Array(1)]) {
        const error = assertThrows(() => reader({ ...row, [column]: other }), DamagedRowError);
        assertEquals(error.message.includes(`column "${column}"`), true);
      }
    }
  }
  assertThrows(() => readBytes({ id: "a" }, "id"), DamagedRowError);
});
