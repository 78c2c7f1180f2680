/**
 * Inputs with an `inputId`, which are recorded once however often they are sent.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type { SessionEvent } from "../history/event.ts";
import { findInputs } from "../history/known_inputs.ts";
import type { RunningTurn } from "../history/running_turn.ts";
import type { GivenCommand, Input, TurnCommand } from "./command.ts";
import type { LiveSession } from "./live_session.ts";
import { readCommand } from "./read_command.ts";
import { Turn } from "./turn.ts";

/**
 * Waits for the end of a turn that runs or waits, and returns its result.
 *
 * @throws {ConfigError} if it has another input with the same id.
 * @throws The error of the turn, if it failed.
 */
export async function joinTurn(
  { id }: LiveSession,
  turn: RunningTurn,
  command: GivenCommand,
): Promise<Turn> {
  const { input, settled } = turn;
  if (!await isSameInput(input!.command as GivenCommand, command)) {
    throw new ConfigError(
      `Cannot start a turn of session ${quote(id)}: inputId ${quote(input!.id)} belongs to ` +
        "another input, whose turn is running: expected the same input, or a new inputId",
    );
  }
  await settled;
  if (turn.failure !== undefined) throw turn.failure.error;
  return turn.result as Turn;
}

async function isSameInput(a: GivenCommand, b: GivenCommand): Promise<boolean> {
  if (a === b) return true;
  const [one, other] = [await readCommand(a), await readCommand(b)];
  return one.kind === "input" && other.kind === "input" && hasSameContent(one, other);
}

/** Text and parts of an input. */
type Content = Pick<Input, "text" | "parts">;

/** Compares the parts, if there are any, because their text may describe them in other words. */
function hasSameContent(a: Content, b: Content): boolean {
  return a.parts === undefined && b.parts === undefined
    ? a.text === b.text
    : JSON.stringify(a.parts) === JSON.stringify(b.parts);
}

/**
 * Finds the latest input with an id. The log is loaded if the input may be in its past.
 */
async function findInput(
  { log, durability }: LiveSession,
  inputId: string,
): Promise<SessionEvent<"user"> | undefined> {
  for (const seq of findInputs(log.position.inputs, inputId)) {
    if (!log.isWhole) await durability?.complete();
    const event = log.at(seq);
    if (event?.type === "user" && event.inputId === inputId) return event;
  }
  return undefined;
}

/**
 * Finds the input of a command in the log. Returns its sequence number; undefined if it was not
 * recorded yet.
 *
 * @throws {ConfigError} if the command is not an input, or the id belongs to another input.
 */
export async function findRepeated(
  session: LiveSession,
  command: TurnCommand,
  inputId: string,
): Promise<number | undefined> {
  const { id } = session;
  const what = `Cannot start a turn of session ${quote(id)} with inputId ${quote(inputId)}`;
  if (command.kind !== "input") {
    throw new ConfigError(`${what}: the command is ${quote(command.kind)}: expected text or parts`);
  }
  const found = await findInput(session, inputId);
  if (found === undefined) return undefined;
  if (hasSameContent(found, command)) return found.seq;
  throw new ConfigError(
    `${what}: the input ${quote(found.text)} has it: expected the same input, or a new inputId`,
  );
}

/**
 * Returns the turn of a recorded input if it is over: it was answered, the session ended, or other
 * input followed. Undefined if it is the last turn, and can continue.
 */
export function readFinished(session: LiveSession, from: number): Turn | undefined {
  const { log, owner } = session;
  const { events } = log;
  const isEnd = (event: SessionEvent) =>
    event.type === "ended" || event.type === "decision" && event.decision.action === "RESPOND";
  let end = from + 1;
  while (end < events.length && !isEnd(events[end]!) && events[end]!.type !== "user") end++;
  if (end === events.length) return undefined;
  const isAnswered = isEnd(events[end]!);
  if (isAnswered) end++;
  // The calls that other input closed were closed in the commit of that input.
  else while (events[end]!.joined) end--;
  const past = events.slice(0, end);
  const last = past.at(-1)!;
  const decided = past.findLast((event) => event.type === "decision" && event.seq > from);
  const decision = isAnswered && decided?.type === "decision" ? decided.decision : undefined;
  return new Turn({
    owner,
    log: past,
    from,
    step: findStep(past) ?? findFirstStep(events) ?? log.position.step,
    data: session.dataAfter(last.seq),
    status: last.type === "ended"
      ? "ended"
      : isAnswered
      ? "waiting"
      : last.type === "limit"
      ? "limited"
      : "interrupted",
    response: decision && "response" in decision ? decision.response : undefined,
    prompt: undefined,
    children: undefined,
    thrown: undefined,
    approvals: [],
  });
}

function findStep(events: readonly SessionEvent[]): string | undefined {
  const moved = events.findLast((event) => event.type === "moved");
  return moved?.type === "moved" ? moved.to : undefined;
}

function findFirstStep(events: readonly SessionEvent[]): string | undefined {
  const moved = events.find((event) => event.type === "moved");
  return moved?.type === "moved" ? moved.from : undefined;
}

/**
 * Returns true if the last turn was cut off by a failure or the death of its process, and nobody
 * stopped it: repeating its input continues it.
 */
export function wasCutOff({ log, durability, restingStatus, hasFailed }: LiveSession): boolean {
  if (restingStatus !== "interrupted") return false;
  const last = log.at(log.head - 1);
  const hasModelFailed = last?.type === "model_failed" && last.code !== "ABORTED";
  return hasFailed || hasModelFailed || durability?.turns?.hasTakenOver === true;
}
