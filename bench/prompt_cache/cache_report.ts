/**
 * The figures of the prompt cache, and the page that shows them.
 *
 * @module
 */
import { formatCount, formatPercent } from "../../src/profile/table.ts";
import { type Table, toText } from "../report/table.ts";
import type { PlayedRequest } from "./conversation.ts";
import { serve, type ServedRequest, shareOf } from "./vendor_cache.ts";

/** The figures of one way to lay out a prompt. */
export interface LayoutFigures {
  /** The layout. */
  readonly name: string;
  /** All characters of all requests. */
  readonly chars: number;
  /** The part of them that a cache serves which keeps all earlier requests, from 0 to 1. */
  readonly share: number;
}

/** All figures. */
export interface CacheReport {
  /** Each request, messages only. */
  readonly requests: readonly (ServedRequest & { readonly turn: number; readonly step: string })[];
  /** The number of schemas that the requests have. */
  readonly schemas: number;
  /** Messages only, which the goal is for, and the schema first. */
  readonly layouts: readonly [LayoutFigures, LayoutFigures];
  /** The least share of the first layout. */
  readonly goal: number;
  /** True if it was reached. */
  readonly isKept: boolean;
}

/** Works the figures out; the goal is a share from 0 to 1. */
export function cacheReport(requests: readonly PlayedRequest[], goal: number): CacheReport {
  const messagesOnly = serve(requests, false);
  const first = layoutOf("messages only", messagesOnly);
  return {
    requests: requests.map(({ turn, step }, index) => ({ turn, step, ...messagesOnly[index]! })),
    schemas: new Set(requests.map(({ schema }) => schema)).size,
    layouts: [first, layoutOf("schema first", serve(requests, true))],
    goal,
    isKept: first.share >= goal,
  };
}

function layoutOf(name: string, served: readonly ServedRequest[]): LayoutFigures {
  return { name, chars: served.reduce((sum, { chars }) => sum + chars, 0), share: shareOf(served) };
}

/** The figures as text. */
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
Messages only: the schema is no part of the prompt, as at vLLM.
Schema first: it stands before the messages, as at OpenAI. Only requests with the same schema
share a prefix: steps that alternate lose the cache of each other's schema, and find their own
again when they return, without what was said meanwhile.
`;
}

function percent(share: number): string {
  return `${formatPercent(share, 1)} %`;
}
