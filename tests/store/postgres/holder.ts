/** Program that claims session `a` of a store for an hour, and lives until it is killed. */
import { postgresStore } from "@nomos/agent/postgres";

const [url, schema] = Deno.args as [string, string];
const store = await postgresStore(url, { schema });
const lease = await store.claim("a", { owner: `${store.ownerPrefix}holder`, ttl: 3_600_000 });
if (lease !== undefined) console.log("holding");
setInterval(() => {}, 1_000);
