/** Agents and transcripts for the tests of the automatic mock. */
import {
  Agent,
  type AnyTool,
  type LLM,
  MockLLM,
  type Session,
  type StepOptions,
  Tool,
  type Turn,
} from "@nomos/agent";
import * as v from "valibot";

/** Creates a tool that does nothing. */
export function tool(
  name: string,
  args: v.GenericSchema = v.object({}),
  run: () => string = () => "done",
): AnyTool {
  return new Tool({ name, description: name, args: args as never, run });
}

/** Tool without arguments. */
export const look: AnyTool = tool("look");
/** Tool whose argument is one of two sizes. */
export const take: AnyTool = tool("take", v.object({ size: v.picklist(["small", "large"]) }));

/** Step in short form. */
export interface ShortStep extends Pick<StepOptions, "auto" | "end" | "tools" | "answer"> {
  /** Ids of the steps that its routes lead to. */
  readonly to?: readonly string[];
}

/** Creates an agent from steps in short form. The first one is the start. */
export function agentOf(
  steps: Readonly<Record<string, ShortStep>>,
  llm: LLM = MockLLM.auto(),
): Agent {
  const complete = Object.entries(steps).map(([id, { to = [], ...step }]) => {
    const routes = Object.fromEntries(to.map((one) => [one, "x"]));
    return [id, { description: id, ...step, routes }];
  });
  const [start] = Object.keys(steps);
  return new Agent({ name: "test", llm, start: start!, steps: Object.fromEntries(complete) });
}

/** Sends inputs until the session ends, at most `most` turns. */
export async function play(session: Session, most = 30): Promise<Turn[]> {
  const turns: Turn[] = [];
  while (session.status !== "ended" && turns.length < most) turns.push(await session.next("Go on"));
  return turns;
}

/** Summarizes the decisions of a turn, for example `"look() b RESPOND"`. */
export function summarize({ events }: Turn): string {
  return events.flatMap((event) => {
    if (event.type === "moved") return event.to;
    if (event.type !== "decision") return event.type === "respond_only" ? "respond_only" : [];
    const { decision } = event;
    if (decision.action === "TOOL_CALL") return decision.calls.map((call) => `${call.tool}()`);
    return decision.action === "MOVE" ? [] : decision.action;
  }).join(" ");
}

/** Plays a session to its end, and summarizes each turn. */
export async function playAndSummarize(session: Session): Promise<string[]> {
  return (await play(session)).map(summarize);
}
