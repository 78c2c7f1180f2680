/**
 * `deno task judge [stores|decoder|pictures|terminal]`: judges parts of this package by programs of
 * others:
 * the stores by LangGraph's validation suite, the decision schemas by XGrammar, the pictures of
 * profiles by Chromium and speedscope, and conversations in a terminal by tmux.
 *
 * @module
 */
import { judgeDecoder } from "./decoder/judge_decoder.ts";
import { judgeStores } from "./judge_stores.ts";
import { judgePictures } from "./pictures/judge_pictures.ts";
import { judgeTerminal } from "./terminal/judge_terminal.ts";

if (import.meta.main) {
  const parts = new Map([
    ["stores", judgeStores],
    ["decoder", judgeDecoder],
    ["terminal", judgeTerminal],
    ["pictures", judgePictures],
  ]);
  const names = Deno.args.length > 0 ? Deno.args : [...parts.keys()];
  const unknown = names.find((name) => !parts.has(name));
  if (unknown !== undefined) {
    console.error(`Cannot judge "${unknown}": expected one of ${[...parts.keys()].join(", ")}`);
    Deno.exit(2);
  }
  let isRight = true;
  for (const name of names) isRight = await parts.get(name)!() && isRight;
  if (!isRight) Deno.exit(1);
}
