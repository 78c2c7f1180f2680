/**
 * Starting a turn, or joining the one that has the same input.
 *
 * @module
 */
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
 */
export function startTurn(
  session: LiveSession,
  command: TurnCommand | undefined,
  options: StreamOptions | undefined,
): StartedTurn<Turn> {
  const { inputId } = options ?? {};
  const same = inputId === undefined ? undefined : session.findTurn(inputId);
  const turn = same ?? session.lock();
  if (inputId !== undefined) turn.input ??= { id: inputId, command };
  const play = (out: Out<StreamPart> | undefined): Promise<Turn> => {
    if (code === undefined) return loadCode().then(() => play(out));
    return same === undefined
      ? code.runTurn(session, turn, command, options, out)
      : code.joinTurn(session, same, command);
  };
  return same === undefined ? { turn, play } : { play };
}

async function loadCode(): Promise<void> {
  code = await import("./turn_code.ts");
}
