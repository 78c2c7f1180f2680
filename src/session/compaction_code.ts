/**
 * Code of compactions, loaded with the first one.
 *
 * @module
 */
// Most of it is code of turns. Loaded as a whole, that adds no chunk to the bundled core.
import "./turn_code.ts";

export { Compaction } from "../turn/compaction/compaction.ts";
