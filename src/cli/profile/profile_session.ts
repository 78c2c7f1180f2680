/**
 * `nomos profile --session`: the profile of a stored session, or its price with another model.
 *
 * @module
 */
import { formatComparison, formatProfile, profileLog, whatIf } from "../../profile/mod.ts";
import { EXIT } from "../exit_code.ts";
import type { AgentCall } from "../flags.ts";
import { locateStore } from "../store_url.ts";
import { shown } from "../terminal/shown.ts";
import { checkWritable } from "../write_file.ts";
import { listOutputs, writeOutputs } from "./profile_files.ts";
import { readSession } from "./read_profile.ts";

/** Shows a stored session. Returns the exit code. */
export async function profileSession(
  { options, output, project }: AgentCall<"profile">,
  sessionId: string,
  turn: number | undefined,
): Promise<number> {
  const { as, by, markdown, output: stem } = options;
  if (stem !== undefined) checkWritable(listOutputs(stem, false));
  const url = locateStore(options.store, project);
  const { agent = "", events } = await readSession(sessionId, url);
  if (as !== undefined) {
    const prices = await whatIf(events, { as });
    if (output.json) output.document({ ok: true, ...prices });
    else output.write(shown(formatComparison(prices, { markdown })));
    return EXIT.yes;
  }
  const profile = profileLog(events, { agent, sessionId });
  const tables = formatProfile(profile, { by, markdown, ...turn !== undefined && { turn } });
  if (stem !== undefined) writeOutputs(stem, profile, undefined, project.root);
  if (output.json) output.document({ ok: true, ...profile });
  else output.write(shown(tables));
  return EXIT.yes;
}
