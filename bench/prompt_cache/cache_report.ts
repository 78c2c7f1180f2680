/**
 * Report of the part of a conversation that a prompt cache serves.
 *
 * @module
 */
import { formatCount, formatPercent } from "../../src/profile/draw/table.ts";
import { type Table, toText } from "../report/table.ts";
import type { PlayedRequest } from "./conversation.ts";
import { listPrompts, serveMarked } from "./marked_cache.ts";
import { computeShare, serve, type ServedRequest } from "./vendor_cache.ts";

/** Figures of one layout of a prompt. */
interface LayoutFigures {
  /** Name of the layout. */
  readonly name: string;
  /** Number of characters of all requests. */
  readonly chars: number;
  /** Fraction of them that a cache of all earlier requests serves, from 0 to 1. */
  readonly share: number;
}

/** Figures of a conversation. */
interface CacheReport {
  /** Requests in the layout of messages only. */
  readonly requests: readonly (ServedRequest & { readonly turn: number; readonly step: string })[];
  /** Number of different schemas of the requests. */
  readonly schemas: number;
  /** Messages only, to which the goal applies, schema first, and schema first with markers. */
  readonly layouts: readonly [LayoutFigures, LayoutFigures, LayoutFigures];
  /** Minimum share of the first layout. */
  readonly goal: number;
  /** True if the goal is reached. */
  readonly isKept: boolean;
}

/** Computes the figures. The goal is a fraction from 0 to 1. */
export async function computeCacheReport(
  requests: readonly PlayedRequest[],
  goal: number,
): Promise<CacheReport> {
  const messagesOnly = serve(requests, false);
  const first = computeLayout("messages only", messagesOnly);
  return {
    requests: requests.map(({ turn, step }, index) => ({ turn, step, ...messagesOnly[index]! })),
    schemas: new Set(requests.map(({ schema }) => schema)).size,
    layouts: [
      first,
      computeLayout("schema first", serve(requests, true)),
      computeLayout("Claude behind OpenRouter", serveMarked(await listPrompts(requests))),
    ],
    goal,
    isKept: first.share >= goal,
  };
}

function computeLayout(name: string, served: readonly ServedRequest[]): LayoutFigures {
  return {
    name,
    chars: served.reduce((sum, { chars }) => sum + chars, 0),
    share: computeShare(served),
  };
}

/** Formats the figures as text. */
export function formatReport(report: CacheReport): string {
  const { requests, layouts, schemas, goal, isKept } = report;
  const requestsTable: Table = {
    head: ["step", "request", "turn", "characters", "stable", "share"],
    rows: requests.map(({ turn, step, chars, stableChars }, index) => [
      step,
      `${index + 1}`,
      `${turn}`,
      formatCount(chars),
      formatCount(stableChars),
      percent(stableChars / chars),
    ]),
  };
  const layoutsTable: Table = {
    head: ["prompt", "characters", "served", "goal", ""],
    rows: layouts.map(({ name, chars, share }, index) => [
      name,
      formatCount(chars),
      percent(share),
      index === 0 ? `≥ ${percent(goal)}` : "—",
      index === 0 ? isKept ? "kept" : "missed" : "",
    ]),
  };
  return `${toText(requestsTable)}

${toText(layoutsTable)}

${requests.at(-1)?.turn ?? 0} turns, ${requests.length} requests, ${schemas} schemas.

Served: a request up to the first character in which it differs from every earlier one.
Messages only: the schema is not part of the prompt, as in vLLM.
Schema first: it precedes the messages, as at OpenAI. Only requests with the same schema share a
prefix. After a move, the cache serves the messages up to the last request with that schema.
Claude behind OpenRouter: as schema first, but only up to a cache marker of openai().
`;
}

function percent(share: number): string {
  return `${formatPercent(share, 1)} %`;
}
