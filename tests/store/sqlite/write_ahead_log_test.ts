import { assert, assertEquals, assertRejects } from "@std/assert";
import { sqliteStore } from "@nomos/agent/sqlite";
import { examineLog } from "../../../src/store/sqlite/write_ahead_log.ts";
import { StoreError } from "@nomos/agent/store";
import { appended, leased, withFolder } from "./sqlite_fixture.ts";

const FRAME = 24 + 4_096;

/** Copies the file and the log of an open store after some appends. */
async function copyStore(
  folder: string,
  appends: number,
): Promise<[file: Uint8Array, log: Uint8Array]> {
  const file = `${folder}/live.db`;
  const store = await sqliteStore(file);
  const lease = await leased(store);
  for (let head = 0; head < appends; head++) await store.append(lease, appended(head));
  const copies = await Promise.all([Deno.readFile(file), Deno.readFile(`${file}-wal`)]);
  await store.close();
  return copies;
}

const examineDamaged = (log: Uint8Array, at: number) => {
  const copy = log.slice();
  copy[at]! ^= 4;
  return examineLog(copy);
};

/** Returns the offsets of the frames that end a transaction. */
function findCommits(log: Uint8Array): number[] {
  const view = new DataView(log.buffer);
  const frames = Array.from({ length: Math.floor((log.length - 32) / FRAME) }, (_, index) => index);
  return frames.map((frame) => 32 + frame * FRAME).filter((at) => view.getUint32(at + 4) !== 0);
}

Deno.test("an intact write-ahead log, and one with a truncated end, are not damaged", async () => {
  await withFolder(async (folder) => {
    const [, log] = await copyStore(folder, 5);
    const { intactFrames, isDamaged } = examineLog(log);
    assertEquals([intactFrames, isDamaged], [Math.floor((log.length - 32) / FRAME), false]);
    for (const length of [0, 31, 32, 100, 32 + FRAME, log.length - FRAME, log.length - 1]) {
      assertEquals(examineLog(log.slice(0, length)).isDamaged, false, `${length} bytes`);
    }
    assertEquals(examineLog(new Uint8Array(10_000)).isDamaged, false);
  });
});

Deno.test("a changed bit before the last transaction of a write-ahead log is damage", async () => {
  await withFolder(async (folder) => {
    const [, log] = await copyStore(folder, 5);
    const [mark, last] = [findCommits(log).at(-2)!, findCommits(log).at(-2)! + FRAME];
    // An odd step, so that every kind of byte is changed. Damage in the second-last commit frame is
    // not detected.
    for (let at = 32; at < mark; at += 131) {
      const frame = Math.floor((at - 32) / FRAME);
      const { intactFrames, isDamaged } = examineDamaged(log, at);
      assertEquals([intactFrames, isDamaged], [frame, true], `byte ${at}`);
    }
    // The last transaction may be incomplete after a power loss, which is not damage.
    for (let at = last; at < log.length; at += 131) {
      assertEquals(examineDamaged(log, at).isDamaged, false, `byte ${at}`);
    }
    // Numbers, salts and checksums of the header.
    for (let at = 12; at < 32; at++) {
      assertEquals(examineDamaged(log, at).isDamaged, true, `byte ${at}`);
    }
  });
});

Deno.test("frames left over from an older write-ahead log are not damage", async () => {
  await withFolder(async (folder) => {
    const [, log] = await copyStore(folder, 5);
    const older = log.slice();
    for (const at of findCommits(log).slice(2)) older[at + 8]! ^= 1;
    const cut = findCommits(log)[2]!;
    assertEquals(examineLog(older), {
      ...examineLog(log.slice(0, cut)),
      intactFrames: (cut - 32) / FRAME,
    });
  });
});

Deno.test("sqliteStore() rejects a damaged write-ahead log, and does not change it", async () => {
  await withFolder(async (folder) => {
    const [database, log] = await copyStore(folder, 5);
    const file = `${folder}/copy.db`;
    const damaged = log.slice();
    damaged[32 + FRAME + 200]! ^= 1;
    await Deno.writeFile(file, database);
    await Deno.writeFile(`${file}-wal`, damaged);
    const error = await assertRejects(() => sqliteStore(file), StoreError);
    assert(error.message.includes(`"${file}"`) && error.message.includes("damaged at frame 2"));
    assertEquals(await Deno.readFile(`${file}-wal`), damaged);
    await Deno.writeFile(`${file}-wal`, log);
    const store = await sqliteStore(file);
    assertEquals((await store.read("a"))?.head, 5);
    await store.close();
  });
});
