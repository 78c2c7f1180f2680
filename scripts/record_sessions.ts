/**
 * `deno task record-sessions`: records the sessions that later releases must be
 * able to continue, once for each version of states. What was recorded is never
 * written again: a change of the form of events needs a new version.
 *
 * @module
 */
import { STATE_VERSION } from "../src/session/state.ts";
import { DELEGATED_SESSIONS } from "./sessions/delegated_sessions.ts";
import { PLAIN_SESSIONS, type Play } from "./sessions/plain_sessions.ts";
import { fixtureOf } from "./sessions/session_fixture.ts";
import { STORED_SESSIONS } from "./sessions/stored_sessions.ts";
import { WATCHED_SESSIONS } from "./sessions/watched_sessions.ts";

/** Where the fixtures of all versions are. */
export const FIXTURES: URL = new URL("../tests/fixtures/sessions/", import.meta.url);

/** The files of this version, by name. */
export async function recordSessions(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const plays: Record<string, Play> = {
    ...PLAIN_SESSIONS,
    ...WATCHED_SESSIONS,
    ...DELEGATED_SESSIONS,
  };
  for (const [name, play] of Object.entries(plays)) {
    files.set(`${name}.json`, pretty(fixtureOf(await play())));
  }
  for (const [name, play] of Object.entries(STORED_SESSIONS)) {
    const { fixture, entries } = await play();
    files.set(`${name}.json`, pretty(fixture));
    files.set(`${name}.jsonl`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  }
  return files;
}

/**
 * Writes the files of a version.
 *
 * @param folder Where the fixtures of all versions are.
 * @throws {Error} if there are some of this version already.
 */
export async function writeSessions(
  folder: URL,
  version: number,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const own = new URL(`v${version}/`, folder);
  await Deno.mkdir(folder, { recursive: true });
  try {
    await Deno.mkdir(own);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    throw new Error(
      `Cannot record sessions of version ${version}: there are some: ` +
        "expected a new version, for released sessions stay as they are",
      { cause },
    );
  }
  for (const [name, text] of files) await Deno.writeTextFile(new URL(name, own), text);
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

if (import.meta.main) {
  try {
    const files = await recordSessions();
    await writeSessions(FIXTURES, STATE_VERSION, files);
    console.log(`${files.size} files of version ${STATE_VERSION}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
