/**
 * Stands in for `jsr:@std/cli` where JSR cannot be reached: the function this repository uses, with
 * the behaviour of the real package, so that either may be behind the import.
 *
 * @module
 */
export { type Args, parseArgs, type ParseOptions } from "./parse_args.ts";
