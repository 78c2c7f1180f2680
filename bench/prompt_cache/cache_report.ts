/**
 * The figures of the prompt cache, and how they are printed.
 *
 * @module
 */
import { formatCount, formatPercent } from "../../src/profile/table.ts";
import { type Table, toText } from "../report/table.ts";
import type { PlayedRequest } from "./play_conversation.ts";
import { inBlocks, type PromptLayout, serve, type ServedRequest, shareOf } from "./vendor_cache.ts";

/** How the core lays a prompt out, where the schema is no part of it: what the goal is for. */
const MESSAGES_ONLY: PromptLayout = {
  name: "messages only",
  isSchemaFirst: false,
  isStepFirst: false,
};

/** What is compared, the layout with the goal first. */
const LAYOUTS: readonly PromptLayout[] = [
  MESSAGES_ONLY,
  { name: "schema first", isSchemaFirst: true, isStepFirst: false },
  { name: "messages only, step before history", isSchemaFirst: false, isStepFirst: true },
  { name: "schema first, step before history", isSchemaFirst: true, isStepFirst: true },
];

/** What a cache would serve of the whole conversation. */
export interface LayoutFigures {
  /** The layout. */
  readonly name: string;
  /** All characters of all requests. */
  readonly chars: number;
  /** The part that a cache serves which keeps all earlier requests, from 0 to 1. */
  readonly share: number;
  /** The same where it keeps only the request before. */
  readonly shareOfLast: number;
  /** The same where only blocks of tokens are cached. */
  readonly shareInBlocks: number;
}

/** All figures. */
export interface CacheReport {
  /** Each request, messages only. */
  readonly requests: readonly (ServedRequest & { readonly turn: number; readonly step: string })[];
  /** How many schemas the requests have. */
  readonly schemas: number;
  /** Each layout, the one with the goal first. */
  readonly layouts: readonly LayoutFigures[];
  /** The least share of the first layout. */
  readonly goal: number;
  /** Whether it was reached. */
  readonly isKept: boolean;
}

/** Works the figures out; the goal is a share from 0 to 1. */
export function cacheReport(requests: readonly PlayedRequest[], goal: number): CacheReport {
  const layouts = LAYOUTS.map((layout) => {
    const served = serve(requests, layout);
    return {
      name: layout.name,
      chars: served.reduce((sum, { chars }) => sum + chars, 0),
      share: shareOf(served),
      shareOfLast: shareOf(serve(requests, layout, 1)),
      shareInBlocks: shareOf(served.map(inBlocks)),
    };
  });
  const served = serve(requests, MESSAGES_ONLY);
  return {
    requests: requests.map(({ turn, step }, index) => ({ turn, step, ...served[index]! })),
    schemas: new Set(requests.map(({ schema }) => schema)).size,
    layouts,
    goal,
    isKept: layouts[0]!.share >= goal,
  };
}

/** Prints the figures. */
export function formatReport(report: CacheReport): string {
  return `${toText(requestsTable(report))}\n\n${toText(layoutsTable(report))}\n\n${
    notes(report)
  }\n`;
}

function requestsTable({ requests }: CacheReport): Table {
  return {
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
}

function layoutsTable({ layouts, goal, isKept }: CacheReport): Table {
  return {
    head: ["prompt", "characters", "served", "of the last", "in blocks", "goal", ""],
    rows: layouts.map(({ name, chars, share, shareOfLast, shareInBlocks }, index) => [
      name,
      formatCount(chars),
      percent(share),
      percent(shareOfLast),
      percent(shareInBlocks),
      index === 0 ? `≥ ${percent(goal)}` : "—",
      index === 0 ? isKept ? "kept" : "missed" : "",
    ]),
  };
}

function notes({ schemas, requests }: CacheReport): string {
  const turns = requests.at(-1)?.turn ?? 0;
  return `${turns} turns, ${requests.length} requests, ${schemas} schemas.

Served: a request up to the first character in which it differs from every earlier one.
Of the last: the same for a cache that has only the request before.
In blocks: of what is served, prefixes of 1,024 tokens and more in steps of 128, a token taken as
4 characters.
Messages only: the schema is no part of the prompt, as at vLLM.
Schema first: it stands before the messages, as at OpenAI. Only requests with the same schema
share a prefix: steps that alternate lose the cache of each other's schema, and find their own
again when they return, without what was said meanwhile.
Step before history: what the core does not do. A move then changes all that follows the standing
text. Where the schema stands first it has changed with the step already, and nothing more is lost.`;
}

function percent(share: number): string {
  return `${formatPercent(share, 1)} %`;
}
