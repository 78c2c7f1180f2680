/**
 * `deno task judge [stores|decoder]`: judges parts of this package by programs of others: the
 * stores by LangGraph's validation suite, the decision schemas by XGrammar.
 *
 * @module
 */
import { judgeDecoder } from "./decoder/judge_decoder.ts";
import { judgeStores } from "./judge_stores.ts";

if (import.meta.main) {
  const parts = new Map([["stores", judgeStores], ["decoder", judgeDecoder]]);
  const names = Deno.args.length > 0 ? Deno.args : [...parts.keys()];
  const unknown = names.find((name) => !parts.has(name));
  if (unknown !== undefined) {
    console.error(`Cannot judge "${unknown}": expected ${[...parts.keys()].join(" or ")}`);
    Deno.exit(2);
  }
  let isRight = true;
  for (const name of names) isRight = await parts.get(name)!() && isRight;
  if (!isRight) Deno.exit(1);
}
