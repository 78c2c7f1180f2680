/**
 * What a worker is asked, and what it answers.
 *
 * @module
 */
import type { Peer } from "./peer.ts";

/** What a worker can be asked. */
export type Request =
  | { readonly task: "about" }
  | { readonly task: "play"; readonly messages: number; readonly milliseconds: number }
  | { readonly task: "idle"; readonly messages: number; readonly conversations: number };

/** What a peer says of itself. */
export type About = Pick<Peer, "title" | "imports" | "includes" | "leavesOut">;
