/**
 * Profiles of stored sessions and of files.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";
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

function parseProfile(path: string, text: string): AgentProfile {
  const attempt = `Cannot read the profile in ${JSON.stringify(path)}`;
  let profile: Partial<AgentProfile>;
  try {
    profile = JSON.parse(text);
  } catch (cause) {
    throw new CommandError(`${attempt}: ${reasonOf(cause)}`, { cause });
  }
  const { version, turns, time, parts, figures, total } = Object(profile) as typeof profile;
  const isProfile = version === 1 && Array.isArray(turns) && Array.isArray(time) &&
    Array.isArray(parts) && typeof figures === "object" && typeof total === "object";
  if (isProfile) return profile as AgentProfile;
  throw new CommandError(`${attempt}: expected a document of nomos profile --json`);
}
