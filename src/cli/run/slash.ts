/**
 * Commands of a conversation that begin with a slash.
 *
 * @module
 */
import { suggestNearest } from "../../schema/option_shape.ts";
import { count, formatCall, formatUsage } from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { shown } from "../terminal/shown.ts";
import type { Conversation } from "./conversation.ts";

/** Commands by name, with what they do. */
export const SLASH: Readonly<Record<string, string>> = {
  state: "show the step, the data and the usage",
  back: "continue from before the last input",
  approve: "allow the call that waits",
  deny: "refuse the call that waits: /deny REASON",
  trace: "show or hide reasoning",
  quit: "end the conversation; the session is kept",
};

/** Divides `/deny too much` into the name and the rest; undefined for text, also for `//text`. */
export function readSlash(
  line: string,
): { readonly name: string; readonly rest: string } | undefined {
  const [, name, rest = ""] = /^\/([a-z?]*)(?:\s+(.*))?$/is.exec(line) ?? [];
  return name === undefined ? undefined : { name: name.toLowerCase(), rest: rest.trim() };
}

/** Prints the commands. */
export function listSlash(output: Output, unknown?: string): void {
  if (unknown !== undefined && unknown !== "help" && unknown !== "") {
    const names = Object.keys(SLASH).map((name) => `/${name}`);
    output.error(shown(`There is no /${unknown}${suggestNearest(`/${unknown}`, names)}`));
  }
  for (const [name, effect] of Object.entries(SLASH)) {
    output.error(`  ${`/${name}`.padEnd(10)}${effect}`);
  }
  output.error("  //text    send text that begins with a slash");
}

/** Prints the state of a conversation. */
export async function showState({ session }: Conversation, output: Output): Promise<void> {
  const { id, step, status, data, usage, cost, approvals } = session;
  let events = 0;
  for await (const _ of session.events()) events++;
  const used = formatUsage(usage, cost);
  const lines = [
    `session  ${id}, ${count(events, "event")}`,
    `step     ${step}`,
    `status   ${status}`,
    ...data === undefined ? [] : [`data     ${JSON.stringify(data)}`],
    ...used === "" ? [] : [`used     ${used}`],
    ...approvals.map(({ tool, args }) => `waits    ${formatCall(tool, args)}`),
  ];
  for (const line of lines) output.error(shown(`  ${line}`));
}
