/**
 * `deno task record-sessions`: records the sessions that later releases must be able to
 * continue, once for each version of events. A recording is never overwritten: a change of the
 * form of events needs a new version.
 *
 * @module
 */
import { EVENT_VERSION } from "../src/history/migrations.ts";
import { toJson } from "./command.ts";
import { computeExpected, type SessionFixture } from "./sessions/session_fixture.ts";
import { playScript } from "./sessions/session_script.ts";
import { SESSIONS } from "./sessions/sessions.ts";
import { playStored, STORED_SESSIONS } from "./sessions/stored_sessions.ts";

/** Folder of the fixtures of all versions. */
export const FIXTURES: URL = new URL("../tests/fixtures/sessions/", import.meta.url);

/** Plays all scripts. Returns the files of this version by name. */
export async function recordSessions(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [name, script] of Object.entries(SESSIONS)) {
    const state = await playScript(script);
    const fixture: SessionFixture = { expected: computeExpected(state, state.events), state };
    files.set(`${name}.json`, toJson(fixture));
  }
  for (const [name, script] of Object.entries(STORED_SESSIONS)) {
    const { fixture, entries } = await playStored(script);
    files.set(`${name}.json`, toJson(fixture));
    files.set(`${name}.jsonl`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  }
  return files;
}

/**
 * Writes the files of a version into a folder in `folder`.
 *
 * @throws {Error} if this version has files already.
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
      `Cannot record sessions of version ${version}: they exist already: ` +
        "expected a new version, because released sessions must not change",
      { cause },
    );
  }
  for (const [name, text] of files) await Deno.writeTextFile(new URL(name, own), text);
}

if (import.meta.main) {
  try {
    const files = await recordSessions();
    await writeSessions(FIXTURES, EVENT_VERSION, files);
    console.log(`Wrote ${files.size} files of version ${EVENT_VERSION}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
