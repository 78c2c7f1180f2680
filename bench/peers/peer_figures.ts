/**
 * Figures of other frameworks.
 *
 * @module
 */
import type { Spread } from "../figure.ts";
import type { Installed } from "./installed.ts";
import type { About } from "./frameworks/peer.ts";

/** Lengths of the histories on which the scenario is played, in messages. */
export const HISTORIES = [10, 100, 1_000] as const;

/** Number of messages of an idle conversation. */
export const IDLE_MESSAGES = 20;

/** Figures of one framework. */
export interface PeerFigures extends About, Installed {
  /** Module that plays the scenario in the framework. */
  readonly module: string;
  /** Microseconds per model call, in the order of the histories. */
  readonly calls: readonly (Spread & { readonly messages: number })[];
  /** Heap size of an idle conversation, in bytes. */
  readonly idle: Spread;
  /** Import time, in milliseconds: that of a program which imports it, minus an empty one. */
  readonly importing: Spread;
}
