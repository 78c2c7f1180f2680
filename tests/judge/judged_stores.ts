/**
 * Stores under test.
 *
 * @module
 */
import { memoryStore, type Store } from "@nomos/agent/store";
import { sqliteStore } from "@nomos/agent/sqlite";
import { PostgresTestCase } from "../postgres/postgres_test_case.ts";
import { PrivateServer, PROGRAMS } from "../postgres/server.ts";

/** A kind of store. */
export interface JudgedStore {
  /** Name of the kind, for the report. */
  readonly name: string;
  /** Starts the servers that the stores need. Returns the reason if that is impossible here. */
  begin?(): Promise<string | undefined>;
  /** Opens a store without sessions. */
  open(): Store | Promise<Store>;
  /** Closes a store and deletes its data. */
  close(store: Store): Promise<void>;
  /** Stops the servers that `begin()` started. */
  end?(): Promise<void>;
}

/** All stores of this package. */
export const JUDGED_STORES: readonly JudgedStore[] = [memory(), sqlite(), postgres()];

function memory(): JudgedStore {
  return { name: "memory", open: () => memoryStore(), close: (store) => store.close() };
}

function sqlite(): JudgedStore {
  const folders = new Map<Store, string>();
  return {
    name: "sqlite",
    open: async () => {
      const folder = await Deno.makeTempDir({ prefix: "nomos_judge_" });
      const store = await sqliteStore(`${folder}/agent.db`);
      folders.set(store, folder);
      return store;
    },
    close: async (store) => {
      await store.close();
      await Deno.remove(folders.get(store)!, { recursive: true });
    },
  };
}

function postgres(): JudgedStore {
  const cases = new Map<Store, PostgresTestCase>();
  let url = Deno.env.get("NOMOS_POSTGRES_URL");
  let server: PrivateServer | undefined;
  return {
    name: "postgres",
    begin: async () => {
      if (url === undefined && PROGRAMS === undefined) {
        return "no server and no binaries found (set NOMOS_POSTGRES_URL)";
      }
      if (url === undefined) server = await PrivateServer.start();
      url ??= server?.url;
      return undefined;
    },
    open: async () => {
      const test = new PostgresTestCase(url!);
      const store = await test.open();
      cases.set(store, test);
      return store;
    },
    close: (store) => cases.get(store)!.end(),
    end: async () => await server?.stop(),
  };
}
