/**
 * Conversation of a user with an agent, in a session that is stored.
 *
 * @module
 */
import type { ExportedAgent } from "../../config/agent_module.ts";
import { reasonOf } from "../../errors.ts";
import type { Session } from "../../session/session.ts";
import type { VerifiableStore } from "../../store/store.ts";
import type { Command } from "../../turn/command.ts";
import type { StreamPart } from "../../turn/stream_part.ts";
import type { Turn } from "../../turn/turn.ts";
import { codeOf, CommandError } from "../exit_code.ts";
import { type OpenedAgent, withPlayer } from "../open_agent.ts";
import {
  makeKeyError,
  mayPlay,
  type ModelContext,
  type Player,
  readPlayer,
} from "./choose_model.ts";

/** View of the turns of a conversation. */
export interface TurnView {
  /** Shows a part of the running turn. */
  show(part: StreamPart): void;
  /** Shows the rest of a turn that is over. */
  finish(turn: Turn, milliseconds: number): void;
  /** Ends what is shown of a turn that failed. */
  fail(): void;
}

/** Parts of a {@linkcode Conversation}. */
export interface ConversationParts {
  readonly opened: OpenedAgent;
  readonly store: VerifiableStore;
  readonly view: TurnView;
  readonly model: ModelContext;
  /** Model that plays the opened agent; undefined for its own. */
  readonly player: Player | undefined;
}

/** Conversation with an agent. */
export class Conversation {
  /** Model that plays the agent; undefined for its own. */
  player: Player | undefined;
  #agent: ExportedAgent;
  #session: Session;
  #isRunning = false;
  readonly #parts: ConversationParts;

  private constructor(parts: ConversationParts, agent: ExportedAgent, session: Session) {
    this.player = parts.player;
    this.#parts = parts;
    this.#agent = agent;
    this.#session = session;
  }

  /** Opens the session with an id, or a new one. */
  static async open(parts: ConversationParts, id: string | undefined): Promise<Conversation> {
    const { agent } = parts.opened;
    const open = (id: string) => openSession(parts, agent, id);
    const session = await (id === undefined ? openNew(open) : open(id));
    return new Conversation(parts, agent, session);
  }

  /** Session of the conversation. Another one after {@linkcode Conversation.back}. */
  get session(): Session {
    return this.#session;
  }

  /** True while a turn runs. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /**
   * Plays a turn, and shows it. If the model of a module turns out to have no key, a script plays on.
   *
   * @throws What `session.next()` throws.
   */
  async play(command: Command): Promise<Turn> {
    try {
      return await this.#play(command);
    } catch (error) {
      if (codeOf(error) !== "API_KEY_MISSING" || this.player !== undefined) throw error;
      const { model } = this.#parts;
      const { message } = error as Error;
      if (!mayPlay(model)) throw makeKeyError(message, error);
      await this.#replaceModel(await readPlayer(model, undefined, message));
      return await this.#play({ resume: true });
    }
  }

  /** Stops the running turn, and waits until it is stored. */
  async interrupt(): Promise<void> {
    await this.#session.interrupt();
  }

  /**
   * Continues in a fork that ends before the last input.
   *
   * @returns That input; undefined if there is none.
   */
  async back(): Promise<string | undefined> {
    let input: string | undefined;
    let at = 0;
    const commits: number[] = [];
    for await (const event of this.#session.events()) {
      if (event.joined === undefined) commits.push(event.seq);
      if (event.type !== "user") continue;
      input = event.text;
      // Events that were committed together are never separated.
      at = commits.at(-1) ?? 0;
    }
    if (input === undefined) return undefined;
    const id = newId();
    const { context } = await this.#parts.opened.openContext(id);
    this.#session = await this.#session.fork({ at, id, ...context !== undefined && { context } });
    return input;
  }

  async #play(command: Command): Promise<Turn> {
    const { view } = this.#parts;
    const begin = performance.now();
    this.#isRunning = true;
    try {
      const stream = this.#session.stream(command, { readerTimeout: Infinity });
      for await (const part of stream) view.show(part);
      const turn = await stream.turn;
      view.finish(turn, performance.now() - begin);
      return turn;
    } catch (error) {
      view.fail();
      throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  async #replaceModel(player: Player): Promise<void> {
    const { onNote } = this.#parts.model;
    const { id } = this.#session;
    this.#agent = withPlayer(this.#agent, player.llm);
    this.#session = await openSession(this.#parts, this.#agent, id);
    this.player = player;
    onNote(`Played by ${player.name}`);
  }
}

/** Returns an id that a person can type. */
function newId(): string {
  return crypto.randomUUID().slice(0, 8);
}

/** Opens a session that is new: short ids may collide with stored ones. */
async function openNew(open: (id: string) => Promise<Session>): Promise<Session> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const session = await open(newId());
    if ((await session.events().next()).done) return session;
  }
  throw new CommandError("Cannot find an id for a new session: pass one with --session");
}

async function openSession(
  { opened, store }: ConversationParts,
  agent: ExportedAgent,
  id: string,
): Promise<Session> {
  const given = await opened.openContext(id);
  try {
    return await agent.openSession(id, { store, ...given });
  } catch (cause) {
    const message = reasonOf(cause);
    const isMissing = codeOf(cause) === "CONFIG_INVALID" && message.includes("context");
    if ("context" in given || !isMissing) throw cause;
    throw new CommandError(
      `${message}. Export one: export const context = ({ sessionId }) => ({ … })`,
      { cause },
    );
  }
}
