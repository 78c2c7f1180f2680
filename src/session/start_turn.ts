/**
 * Starting a turn, or joining the one that has the same input.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type { RunningTurn } from "../history/running_turn.ts";
import type { TurnCommand } from "../turn/command.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { StreamOptions } from "../turn/turn_options.ts";
import type { Out, StartedTurn, StreamPart } from "../turn/stream_part.ts";
import type { Turn } from "../turn/turn.ts";

/** Code of turns, loaded with the first one. */
let code: typeof import("./turn_code.ts") | undefined;

/**
 * Acquires the lock of a session, or a place in its queue, and returns the turn. If a turn with
 * the same `inputId` runs or waits, returns that turn.
 *
 * @throws {SessionBusyError} if another turn is running, and this one may not wait.
 * @throws {ConfigError} if the turn with the same `inputId` has another input.
 */
export function startTurn(
  session: LiveSession,
  command: TurnCommand | undefined,
  options: StreamOptions | undefined,
): StartedTurn<Turn> {
  const { inputId } = options ?? {};
  const same = inputId === undefined ? undefined : session.findTurn(inputId);
  if (same !== undefined) return { play: () => joinTurn(session, same, command) };
  const turn = session.lock();
  const play = async (out: Out<StreamPart> | undefined) => {
    code ??= await import("./turn_code.ts");
    return await code.runTurn(session, turn, command, options, out);
  };
  if (inputId === undefined) return { turn, play };
  let follow: (result: Promise<Turn>) => void;
  const result = new Promise<Turn>((resolve) => follow = resolve);
  // Its own caller handles its failure.
  result.catch(() => {});
  turn.input = { id: inputId, command, result };
  return {
    turn,
    play: (out) => {
      const playing = play(out);
      follow(playing);
      return playing;
    },
  };
}

async function joinTurn(
  { id }: LiveSession,
  { input }: RunningTurn,
  command: TurnCommand | undefined,
): Promise<Turn> {
  if (input!.command === command) return await input!.result as Turn;
  throw new ConfigError(
    `Cannot start a turn of session ${quote(id)}: inputId ${quote(input!.id)} belongs to another ` +
      "input, whose turn is running: expected the same text, or a new inputId",
  );
}
