/**
 * Checks of a test of a file, as checks of a scenario.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { SessionUsage } from "../../history/session_usage.ts";
import type { LLM } from "../../llm/llm.ts";
import type { Check, CheckVerdict } from "../../testing/check.ts";
import { messagesOf, type PlayedScenario } from "../../testing/conversation.ts";
import { isSameJson } from "../../testing/json_difference.ts";
import { judge } from "../../testing/scenario/judge.ts";
import { trajectoryOf } from "../../testing/trajectory/trajectory.ts";
import { parseRegExp } from "./inspect_tests.ts";
import type { CheckConfig } from "./test_config.ts";

/** Checks by name. */
export type Checks = Readonly<Record<string, Check>>;

/** Check of the events of the played turns. */
type EventCheck = (events: readonly SessionEvent[], played: PlayedScenario) => CheckVerdict;

/** Returns the events of the played turns, without the past of the scenario. */
function playedEvents({ turns }: PlayedScenario): readonly SessionEvent[] {
  return turns.flatMap(({ events }) => events);
}

/** Creates the checks that need no model. */
export function createChecks(config: CheckConfig): Checks {
  const { calls, never_calls, moves, step, says, ends } = config;
  const checks: Record<string, EventCheck | undefined> = {
    calls: calls &&
      ((events) => trajectoryOf({ events }).inOrder(calls.map((called) => ({ called })))),
    never_calls: never_calls && ((events) => {
      const trajectory = trajectoryOf({ events });
      for (const tool of never_calls) trajectory.never.called(tool);
      return trajectory;
    }),
    moves: moves && ((events, played) => {
      const went = events.flatMap((event) => event.type === "moved" ? [event] : []);
      const path = [went[0]?.from ?? lastStep(played), ...went.map(({ to }) => to)];
      const reason = `expected ${moves.join(" → ")}, went ${path.join(" → ")}`;
      return { passed: isSameJson(path, moves), reason };
    }),
    step: step === undefined ? undefined : (_, played) => {
      const last = lastStep(played);
      return { passed: last === step, reason: `expected ${quote(step)}, is in ${quote(last)}` };
    },
    says: says === undefined ? undefined : (events) => checkText(says, events),
    ends: ends === undefined ? undefined : (events) => {
      const hasEnded = events.some(({ type }) => type === "ended");
      const reason = hasEnded ? "the session ended" : "the session did not end";
      return { passed: hasEnded === ends, reason };
    },
    ...createMaxima(config),
  };
  return Object.fromEntries(
    Object.entries(checks).flatMap(([name, check]) =>
      check === undefined ? [] : [[
        `check.${name}`,
        (played: PlayedScenario) => check(playedEvents(played), played),
      ]]
    ),
  );
}

/** Creates a check that a model makes; `goal` is what the user wants. */
export function createExpectation(
  llm: LLM,
  expectation: string,
  { isRefused, goal }: { readonly isRefused: boolean; readonly goal: string | undefined },
): Checks {
  const judgeEvents = judge(llm, expectation);
  return {
    expectation: async (played) => {
      const events = playedEvents(played);
      const source = { events, ...goal !== undefined && { goal } };
      const verdict = await judgeEvents(source);
      const relation = isRefused ? " must not be met" : "";
      const reason = `${quote(expectation)}${relation}: ${verdict.reason}`;
      return { ...verdict, passed: verdict.passed !== isRefused, reason };
    },
  };
}

/** Checks that a conversation came to an end of its own. */
export function checkEnding({ ending, turns }: PlayedScenario): CheckVerdict {
  const last = turns.at(-1)?.events.at(-1);
  switch (ending) {
    case "limited":
      return {
        passed: false,
        reason: `a limit ended the turn: ${last?.type === "limit" ? last.reason : ""}`,
      };
    case "interrupted":
      return { passed: false, reason: "the turn was interrupted" };
    case "maxTurns":
      return { passed: false, reason: `the user was not done after ${turns.length} turns` };
    default:
      return { passed: true };
  }
}

function lastStep({ turns }: PlayedScenario): string {
  return turns.at(-1)?.step ?? "";
}

function checkText(says: string, events: readonly SessionEvent[]): CheckVerdict {
  const pattern = parseRegExp(says);
  const answers = messagesOf(events).flatMap(({ by, text }) => by === "agent" ? [text] : []);
  const passed = answers.some((answer) =>
    pattern === undefined ? answer.includes(says) : answer.search(pattern) >= 0
  );
  const said = answers.length === 0 ? "nothing" : answers.map(quote).join(", ");
  return { passed, reason: `expected ${pattern ?? quote(says)}, said ${said}` };
}

function createMaxima(config: CheckConfig): Readonly<Record<string, EventCheck | undefined>> {
  const figures = {
    model_calls: ({ modelCalls }: SessionUsage) => modelCalls,
    tool_calls: ({ toolCalls }: SessionUsage) => toolCalls,
    tokens: ({ usage: { input, output } }: SessionUsage) =>
      input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0),
    cost: ({ cost }: SessionUsage) => cost,
  };
  return Object.fromEntries(
    Object.entries(figures).map(([name, read]) => {
      const maximum = config[name as keyof typeof figures];
      const check: EventCheck = (events) => {
        const used = read(SessionUsage.of(events));
        const reason = used === undefined ? "it is not known" : `it is ${used}`;
        return {
          passed: used !== undefined && used <= maximum!,
          reason: `${reason}: expected at most ${maximum}`,
        };
      };
      return [name, maximum === undefined ? undefined : check];
    }),
  );
}
