/** Holds a write transaction on a database until a byte on standard input. */
import { DatabaseSync } from "node:sqlite";

const [file] = Deno.args as [string];
using database = new DatabaseSync(file);
database.exec("BEGIN IMMEDIATE");
console.log("holding");
await Deno.stdin.read(new Uint8Array(1));
database.exec("COMMIT");
