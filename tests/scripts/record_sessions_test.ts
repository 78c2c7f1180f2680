import type { SessionEvent, State } from "@nomos/agent";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { recordSessions, writeSessions } from "../../scripts/record_sessions.ts";
import { eventSchema } from "../../src/history/event_schema.ts";

/** Part of a schema, as far as it is used here. */
interface Kinds {
  readonly type: string;
  readonly literal?: string;
  readonly options?: readonly (string | Kinds)[];
  readonly entries?: Readonly<Record<string, Kinds>>;
  readonly wrapped?: Kinds;
}

/** Lists the choices of a schema as `path=choice`, and its optional properties as `path`. */
function kindsOf({ type, literal, options, entries, wrapped }: Kinds, path = ""): string[] {
  if (wrapped !== undefined) return kindsOf(wrapped, path);
  if (type === "literal") return [`${path}=${literal}`];
  if (type === "picklist") return options!.map((option) => `${path}=${option}`);
  if (type === "variant") return options!.flatMap((option) => kindsOf(option as Kinds, path));
  const name = entries?.type?.literal ?? entries?.action?.literal ?? "";
  const own = [path, name].filter(Boolean).join(".");
  return Object.entries(entries ?? {}).flatMap(([key, entry]) => {
    const choices = kindsOf(entry, `${own}.${key}`);
    return entry.type === "optional" ? [`${own}.${key}`, ...choices] : choices;
  });
}

/** Lists the choices of an event, in the same form. */
function choicesOf(value: object, path = ""): string[] {
  const { type, action } = value as { readonly type?: string; readonly action?: string };
  const name = path.endsWith(".decision") ? action : type;
  const own = [path, name].filter(Boolean).join(".");
  return Object.entries(value).flatMap(([key, member]) => {
    const here = `${own}.${key}`;
    const isObject = typeof member === "object" && member !== null && !Array.isArray(member);
    if (!isObject) return [here, `${here}=${member}`];
    return [here, ...choicesOf(member, here)];
  });
}

/** Returns the events of a session and of its child sessions. */
function eventsOf(state: State | undefined): readonly SessionEvent[] {
  if (state === undefined) return [];
  return [...state.events, ...Object.values(state.children ?? {}).flatMap(eventsOf)];
}

/** Removes the event from properties that several events share. */
function withoutEvent(choice: string): string {
  return choice.replace(/^\w+\.(usage\.|timing\.|prompt\.|joined)/, "$1");
}

Deno.test("record-sessions, records every kind of event and every choice in it", async () => {
  const recorded = new Set<string>();
  for (const [name, text] of await recordSessions()) {
    if (name.endsWith(".jsonl")) continue;
    for (const choice of eventsOf(JSON.parse(text).state).flatMap((event) => choicesOf(event))) {
      recorded.add(withoutEvent(choice));
    }
  }
  const kinds = kindsOf(eventSchema as unknown as Kinds).map(withoutEvent);
  assertEquals(kinds.filter((kind) => !recorded.has(kind)), []);
  assert(kinds.length > 60, `only ${kinds.length} kinds were found`);
});

Deno.test("record-sessions, records the same files each time", async () => {
  assertEquals(await recordSessions(), await recordSessions());
});

Deno.test("record-sessions, never overwrites a recording", async () => {
  const path = await Deno.makeTempDir();
  try {
    const folder = new URL(`file://${path}/sessions/`);
    await writeSessions(folder, 7, new Map([["a.json", "{}\n"]]));
    assertEquals(await Deno.readTextFile(new URL("v7/a.json", folder)), "{}\n");
    const again = () => writeSessions(folder, 7, new Map([["a.json", "[]\n"]]));
    await assertRejects(again, Error, "Cannot record sessions of version 7: they exist already");
    assertEquals(await Deno.readTextFile(new URL("v7/a.json", folder)), "{}\n");
    await writeSessions(folder, 8, new Map());
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});
