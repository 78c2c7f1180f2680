/**
 * Playing a conversation with an agent.
 *
 * @module
 */
import { ANYTHING, FUNCTION, type OptionRules } from "../../llm/option_rules.ts";
import { createSession } from "../../session/create_session.ts";
import { type Session, sessionOf } from "../../session/session.ts";
import type { Store } from "../../store/store.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import type { ConversationScript, ScriptTurn } from "./script.ts";
import type { ScriptPlayer } from "./script_player.ts";

/** Options of a play. */
export interface PlayOptions {
  /** Returns the context of a session. Called for each play. Default: none. */
  readonly context?: (opening: { readonly sessionId: string }) => unknown;
  /** Data with which sessions begin, completed by the defaults of the agent. Default: these alone. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Store of the sessions, so that commits take their time. Default: in memory. */
  readonly store?: Store;
}

/** Rules of the options of a play. What they contain is validated with each session. */
export const PLAY_RULES: OptionRules<PlayOptions> = {
  context: FUNCTION,
  data: ANYTHING,
  store: ANYTHING,
};

/** Input of a conversation that plays by itself. */
const AUTO_TURN: ScriptTurn = { input: "Go on" };

/** Maximum number of turns of a conversation that plays by itself. */
const MAX_AUTO_TURNS = 20;

/** Creates a session for one play. */
export async function openPlay(
  core: AgentCore,
  { context, data, store }: PlayOptions,
): Promise<Session> {
  const id = `profile-${crypto.randomUUID()}`;
  const given = {
    ...(data !== undefined && { data }),
    ...(context !== undefined && { context: await context({ sessionId: id }) }),
  };
  if (store === undefined) return createSession(core, { id, ...given });
  const { openSession } = await import("../../session/open_session.ts");
  return sessionOf(await openSession(core, id, { store, ...given }));
}

/**
 * Plays a script, and calls `onTurn` with the number of each turn before it. Without a script, the
 * model plays by itself until it has shown everything.
 */
export async function playScript(
  session: Session,
  player: ScriptPlayer,
  script: ConversationScript | undefined,
  onTurn?: (turn: number) => void,
): Promise<void> {
  let answers = 0;
  for (let turn = 1; turn <= (script?.length ?? MAX_AUTO_TURNS); turn++) {
    if (session.status === "ended") return;
    const next = script?.[turn - 1] ?? AUTO_TURN;
    onTurn?.(turn);
    player.beginTurn(next, turn);
    let { events } = await session.next(next.input);
    while (session.status === "needs_approval") {
      ({ events } = await player.decideAll(session));
    }
    player.endTurn();
    // A model that only answers, twice in a row, has nothing left to show.
    answers = events.filter(({ type }) => type === "decision").length === 1 ? answers + 1 : 0;
    if (script === undefined && answers > 1) return;
  }
}
