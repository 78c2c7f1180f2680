/**
 * Starting a turn, or joining the one that has the same input.
 *
 * @module
 */
import type { ImagePart, Part } from "../llm/part.ts";
import type { CallVerdict, Command, GivenCommand, Verdict } from "../turn/command.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { Out, StartedTurn, StreamPart } from "../turn/stream_part.ts";
import type { Turn } from "../turn/turn.ts";
import {
  checkStreamOptions,
  checkTurnOptions,
  type StreamOptions,
  type TurnOptions,
} from "../turn/turn_options.ts";
import { TurnStream } from "../turn/turn_stream.ts";

/** Code of turns, loaded with the first one. */
let code: typeof import("./turn_code.ts") | undefined;

/**
 * Acquires the lock of a session, or a place in its queue, and returns the turn. If a turn with
 * the same `inputId` runs or waits, returns that turn. Never throws: a turn that may not start
 * rejects when it is played.
 *
 * @param check Check of the options, which may come from untyped code.
 */
export function startTurn(
  session: LiveSession,
  given: GivenCommand,
  options: StreamOptions | undefined,
  check: (options: StreamOptions) => void = checkTurnOptions,
): StartedTurn<Turn> {
  try {
    if (options !== undefined) check(options);
    const command = Array.isArray(given) ? given.map(copyBytes) : given;
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
  } catch (error) {
    // Observers see a turn even if it is refused.
    return { play: () => refuse(session, given, error) };
  }
}

/** Maximum time that a reader takes for a part of a stream by default, in milliseconds. */
const READER_TIMEOUT = 300_000;

/** Returns the stream of a turn, which starts as by {@linkcode startTurn} with the first read. */
export function streamTurn(
  session: LiveSession,
  command: GivenCommand,
  options: StreamOptions = {},
): TurnStream<Turn> {
  const { readerTimeout = READER_TIMEOUT } = options ?? {};
  // Options that are not an object are refused later.
  const given = Object(options) === options ? { ...options, readerTimeout } : options;
  return new TurnStream(() => startTurn(session, command, given, checkStreamOptions));
}

/** Returns a command with the options of its verdict, and the options of its turn, which are checked later. */
export function splitOptions(
  verdict: Verdict,
  options: TurnOptions & Pick<CallVerdict, "hash" | "args"> = {},
): [Command, TurnOptions] {
  const { hash, args, ...rest } = options ?? {};
  return [{ ...verdict, hash, args }, options && rest];
}

/** Copies the bytes of a part: the caller may change them while code is loaded, or another turn runs. */
function copyBytes(part: Part): Part {
  const data: unknown = (part as Partial<ImagePart> | null)?.data;
  // Bytes of a detached buffer are empty, cannot be copied, and are refused later.
  if (!(data instanceof Uint8Array) || data.length === 0) return part;
  return { ...part, data: new Uint8Array(data) } as Part;
}

async function refuse(
  session: LiveSession,
  command: GivenCommand,
  error: unknown,
): Promise<Turn> {
  const { refuseTurn } = await loadCode();
  return await refuseTurn(session, command, error);
}

async function loadCode(): Promise<typeof import("./turn_code.ts")> {
  return code = await import("./turn_code.ts");
}
