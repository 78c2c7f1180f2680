/**
 * `nomos sessions show`.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { State } from "../../history/state.ts";
import type { Store } from "../../store/store.ts";
import { EXIT } from "../exit_code.ts";
import type { CommandCall } from "../flags.ts";
import { count, formatUsage } from "../terminal/format.ts";
import { shown, shownInLine } from "../terminal/shown.ts";
import { writeFile } from "../write_file.ts";
import { readStateFile, readStored } from "./stored.ts";
import { transcribe } from "./transcript.ts";

/**
 * Prints a session, or writes its state to a file.
 *
 * @param store Store of the session; undefined if `id` is the path of a file with its state.
 */
export async function showSession(
  store: Store | undefined,
  id: string,
  { options, output }: CommandCall<"sessions">,
): Promise<number> {
  const state = store === undefined ? readStateFile(id) : await readStored(store, id);
  if (options.export !== undefined) {
    writeFile(options.export, `${JSON.stringify(state, null, 2)}\n`);
    if (output.json) output.document({ ok: true, id: state.sessionId, file: options.export });
    else output.note(shown(`Wrote the state of ${quote(state.sessionId)} to ${options.export}`));
    return EXIT.yes;
  }
  if (output.json) {
    output.document({ ok: true, session: state });
    return EXIT.yes;
  }
  const lines = transcribe(state.events, state.agent ?? "agent");
  const width = Math.max(4, String(state.events.length).length + 2);
  output.line(summarize(state));
  for (const { at = "", text } of lines) {
    const [first, ...others] = shown(text).split("\n");
    output.line(`${String(at).padStart(width)}  ${first}`);
    for (const other of others) output.line(`${" ".repeat(width)}  ${other}`);
  }
  return EXIT.yes;
}

function summarize({ sessionId, agent, step, status, events, usage = {}, cost }: State): string {
  const parts = [
    ...agent === undefined ? [] : [`agent ${agent}`],
    `step ${step}`,
    status,
    count(events.length, "event"),
    ...[formatUsage(usage, cost)].filter((text) => text !== ""),
  ];
  return shownInLine(`${sessionId}: ${parts.join(", ")}`);
}
