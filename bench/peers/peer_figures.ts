/**
 * Figures of each peer, as data.
 *
 * @module
 */
import type { Spread } from "../figure.ts";
import type { Installed } from "./installed.ts";
import type { About } from "./frameworks/peer.ts";

/** The histories that are played on, in messages. */
export const HISTORIES = [10, 100, 1_000] as const;

/** Messages of an idle conversation. */
export const IDLE_MESSAGES = 20;

/** All figures of one peer. */
export interface PeerFigures extends About, Installed {
  /** The module that plays it. */
  readonly module: string;
  /** Microseconds per model call, in the order of the histories. */
  readonly calls: readonly (Spread & { readonly messages: number })[];
  /** Bytes on the heap for an idle conversation. */
  readonly idle: Spread;
  /** Milliseconds of a program that imports it, over one that does nothing. */
  readonly importing: Spread;
}
