import * as sqlite from "@nomos/agent/sqlite";
import * as store from "@nomos/agent/store";
import { assertEquals } from "@std/assert";

Deno.test("the entry points of stores export exactly these values", () => {
  assertEquals(Object.keys(store).sort(), [
    "ConflictError",
    "LeaseLostError",
    "SessionDamagedError",
    "StoreBusyError",
    "StoreError",
    "StoreVersionError",
    "memoryStore",
    "openState",
    "openStore",
    "resumeInterrupted",
    "signState",
  ]);
  assertEquals(Object.keys(sqlite), ["sqliteStore"]);
});
