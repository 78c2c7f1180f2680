/**
 * Location of the store of a run, so that every process can open it.
 *
 * @module
 */
import { postgresStore } from "@nomos/agent/postgres";
import { sqliteStore } from "@nomos/agent/sqlite";
import type { Store } from "@nomos/agent/store";

/** The place of a store, as JSON. */
export type Place =
  | { readonly kind: "sqlite"; readonly file: string }
  | {
    readonly kind: "postgres";
    readonly url: string;
    readonly schema: string;
    /** Name of the connections on the server. */
    readonly applicationName: string;
  };

/** Opens the store of a place. */
export function openPlace(place: Place): Promise<Store> {
  if (place.kind === "sqlite") return sqliteStore(place.file);
  const { url, schema, applicationName } = place;
  return postgresStore(url, { schema, applicationName, maxConnections: 4 });
}
