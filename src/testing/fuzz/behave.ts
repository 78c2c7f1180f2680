/**
 * What a tool of a fuzz case does.
 *
 * @module
 */
import { FallbackError } from "../../errors.ts";
import type { ToolBehaviour } from "./fuzz_case.ts";

/** A call of a tool that is played. */
export interface PlayedCall {
  readonly tool: string;
  readonly args: unknown;
  /** What it gives if all goes well. */
  readonly result: unknown;
  /** Aborts the turn, once the call runs. */
  readonly abort: () => void;
  /** The process dies. */
  readonly die: () => void;
}

/** Does what the case says. */
export function behave(behaviour: ToolBehaviour, call: PlayedCall): unknown {
  switch (behaviour) {
    case "result":
      return call.result;
    case "throw":
      throw new Error(`${call.tool} was told to fail`);
    case "throw undefined":
      throw undefined;
    case "fallback":
      throw new FallbackError("It was told to give up", "Go on without it");
    case "cycle": {
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      return cycle;
    }
    case "big integer":
      return { big: 2n ** 80n };
    case "huge text":
      return "y".repeat(1_000_000);
    case "mutate":
      for (const key of Object.keys(call.args as object)) {
        delete (call.args as Record<string, unknown>)[key];
      }
      return "changed";
    case "late":
      return Promise.resolve().then(() => call.result);
    case "hang":
      queueMicrotask(call.abort);
      return new Promise(() => {});
    case "die":
      call.die();
      return new Promise(() => {});
    default:
      return behaviour satisfies never;
  }
}
