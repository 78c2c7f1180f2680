/**
 * `nomos sessions list`.
 *
 * @module
 */
import { formatCount } from "../../profile/draw/table.ts";
import { RESTING } from "../../store/backend/list_sessions.ts";
import type { Store } from "../../store/store.ts";
import { EXIT } from "../exit_code.ts";
import type { CommandCall } from "../flags.ts";
import { readChoice } from "../read_choice.ts";
import { formatCall, formatMoney, formatTokens, formatWord } from "../terminal/format.ts";
import { shownInLine } from "../terminal/shown.ts";
import { type Column, cut, formatTable } from "../terminal/table.ts";
import { readListed, type ShownSession } from "./stored.ts";

const COLUMNS: readonly Column[] = [
  { title: "ID" },
  { title: "STEP" },
  { title: "STATUS" },
  { title: "EVENTS", isNumber: true },
  { title: "TOKENS", isNumber: true },
  { title: "COST", isNumber: true },
  { title: "LAST" },
  { title: "" },
];

/** Maximum width of the calls that wait for a person. */
const CALLS_WIDTH = 60;

/** Prints a page of the sessions of a store. */
export async function listSessions(
  store: Store,
  { options, output }: CommandCall<"sessions">,
): Promise<number> {
  const { prefix, after, limit, status } = options;
  const page = await store.list({
    ...prefix !== undefined && { prefix },
    ...after !== undefined && { after },
    ...status.length > 0 && {
      status: status.map((one) => readChoice("status", one, [...RESTING, "running"])),
    },
    limit,
  });
  const sessions = await Promise.all(page.sessions.map((session) => readListed(store, session)));
  const { next } = page;
  if (output.json) {
    output.document({ ok: true, sessions, ...next !== undefined && { next } });
    return EXIT.yes;
  }
  if (sessions.length === 0) output.note("No sessions");
  else for (const line of formatTable(COLUMNS, sessions.map(formatRow))) output.line(line);
  if (next !== undefined) {
    output.note(`More sessions follow: add --after ${formatWord(next)} to list them`);
  }
  return EXIT.yes;
}

function formatRow(session: ShownSession): readonly string[] {
  const { id, step, status, events, usage, cost, updatedAt, approvals } = session;
  const calls = approvals.map(({ tool, args }) => formatCall(tool, args)).join(", ");
  return [
    shownInLine(id),
    shownInLine(step ?? "-"),
    status ?? "damaged",
    formatCount(events),
    usage === undefined ? "-" : formatTokens(usage),
    cost === undefined ? "-" : formatMoney(cost),
    formatTime(updatedAt),
    cut(calls, CALLS_WIDTH),
  ];
}

/** Formats a time as the clock of the user shows it: `2026-11-29 17:02`. */
function formatTime(time: number): string {
  const date = new Date(time);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`;
}
