/**
 * `nomos sessions delete`.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import { CommandError, EXIT, UsageError } from "../exit_code.ts";
import type { CommandCall } from "../flags.ts";
import { askLine } from "../terminal/ask_line.ts";
import { isTerminal } from "../terminal/is_terminal.ts";
import { shownInLine } from "../terminal/shown.ts";
import { findListed } from "./stored.ts";

/**
 * Deletes sessions: all of them, or none if one is missing or busy.
 *
 * @throws {CommandError} if nobody can be asked, or a session is missing or busy.
 */
export async function deleteSessions(
  store: Store,
  ids: readonly string[],
  { options, output }: CommandCall<"sessions">,
): Promise<number> {
  const unique = [...new Set(ids)];
  for (const id of unique) {
    if ((await findListed(store, id)).status !== "running") continue;
    throw new CommandError(
      `Cannot delete session ${quote(id)}: a turn is running in it: wait until it has ended`,
      {
        code: "SESSION_BUSY",
      },
    );
  }
  if (!options.yes && !await isAllowed(unique)) return EXIT.no;
  const deleted: string[] = [];
  for (const id of unique) if (await store.delete(id)) deleted.push(id);
  if (output.json) output.document({ ok: true, deleted });
  else output.line(`Deleted ${deleted.map(shownInLine).join(", ")}`);
  return EXIT.yes;
}

/**
 * Asks the user.
 *
 * @throws {CommandError} if there is no terminal.
 */
async function isAllowed(ids: readonly string[]): Promise<boolean> {
  if (!isTerminal(0) || !isTerminal(2)) {
    throw new UsageError(
      "Cannot delete sessions without asking, because there is no terminal: expected --yes",
    );
  }
  const names = ids.map(shownInLine).join(", ");
  return /^y(?:es)?$/i.test((await askLine(`Delete ${names}? y, n: `)).trim());
}
