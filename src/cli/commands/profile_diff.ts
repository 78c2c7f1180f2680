/**
 * `nomos profile diff A B`: two stored sessions, or two profiles, side by side.
 *
 * @module
 */
import { formatProfile } from "../../profile/mod.ts";
import { EXIT } from "../exit_code.ts";
import type { CommandCall } from "../flags.ts";
import { makeUsageError } from "../profile/profile_flags.ts";
import { readProfile } from "../profile/read_profile.ts";
import { findFolder } from "../project.ts";
import { locateStore } from "../store_url.ts";
import { shown } from "../terminal/shown.ts";

/** Runs the command. */
export async function run(
  { options, positionals: [, a, b, ...others], output }: CommandCall<"profile">,
): Promise<number> {
  if (a === undefined || b === undefined || others.length > 0) {
    throw makeUsageError("diff", "diff A B: two sessions, or two files of --json");
  }
  const url = locateStore(options.store, findFolder(undefined));
  const [first, second] = [await readProfile(a, url), await readProfile(b, url)];
  if (output.json) output.document({ ok: true, a: first, b: second });
  else {
    const { markdown } = options;
    const beside = { ...second, agent: b };
    output.write(shown(formatProfile({ ...first, agent: a }, { beside, markdown })));
  }
  return EXIT.yes;
}
