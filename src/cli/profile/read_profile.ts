/**
 * Profiles of stored sessions and of files.
 *
 * @module
 */
import * as v from "valibot";
import { quote, reasonOf } from "../../errors.ts";
import { oneLine } from "../../json/text.ts";
import { FIGURES } from "../../profile/attribute/profile_rows.ts";
import { type AgentProfile, profileLog } from "../../profile/mod.ts";
import { CommandError } from "../exit_code.ts";
import { isStateFile, openExistingStore, readStored } from "../sessions/stored.ts";
import { readText } from "./profile_files.ts";

/**
 * Reads a profile from a file of `--json`, or makes that of a stored session.
 *
 * @param name Path of the file, or id of the session.
 * @param url URL of the store.
 * @throws {CommandError} if there is neither.
 */
export async function readProfile(name: string, url: string): Promise<AgentProfile> {
  if (isStateFile(name)) return parseProfile(name, readText(name));
  const { agent = "", events } = await readSession(name, url);
  return profileLog(events, { agent, sessionId: name });
}

/** Reads a stored session. */
export async function readSession(id: string, url: string): ReturnType<typeof readStored> {
  const store = await openExistingStore(url);
  try {
    return await readStored(store, id);
  } finally {
    await store.close();
  }
}

const amount = v.pipe(v.number(), v.finite());

/** Two profiles that are shown side by side. */
const profileSchema = v.object({
  version: v.literal(1),
  agent: v.string(),
  unknown: v.array(v.string()),
  time: v.array(
    v.object({
      kind: v.string(),
      name: v.string(),
      agent: v.optional(v.string()),
      wall: amount,
    }),
  ),
  parts: v.array(v.object({ part: v.string(), tokens: amount })),
  figures: v.object(Object.fromEntries(FIGURES.map((name) => [name, amount]))),
  total: v.object({ wall: amount, tokens: amount, cost: v.optional(amount) }),
});

function parseProfile(path: string, text: string): AgentProfile {
  const attempt = `Cannot read the profile in ${quote(path)}`;
  let profile: unknown;
  try {
    profile = JSON.parse(text);
  } catch (cause) {
    throw new CommandError(`${attempt}: ${oneLine(reasonOf(cause))}`, { cause });
  }
  const { success, issues } = v.safeParse(profileSchema, profile);
  if (success) return profile as AgentProfile;
  const [{ message, path: place = [] }] = issues;
  const lead = place.length === 0 ? "" : `at ${place.map(({ key }) => key).join(".")}: `;
  throw new CommandError(
    `${attempt}: ${lead}${message}: expected a document of nomos profile --json`,
  );
}
