/**
 * Version of the package.
 *
 * @module
 */

/** Version of the package, as in `deno.json`. A JSON import would not survive in an npm package. */
export const VERSION = "0.1.0";
