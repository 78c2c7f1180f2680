/** What the tests of a model that plays by itself share. */
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

/** A tool that does nothing. */
export function tool(
  name: string,
  args: v.GenericSchema = v.object({}),
  run: () => string = () => "done",
): AnyTool {
  return new Tool({ name, description: name, args: args as never, run });
}

/** Takes no arguments. */
export const look: AnyTool = tool("look");
/** Takes one of two sizes. */
export const take: AnyTool = tool("take", v.object({ size: v.picklist(["small", "large"]) }));

/** A step, by the steps it leads to. */
export interface Drawn extends Pick<StepOptions, "auto" | "end" | "tools" | "answer"> {
  readonly to?: readonly string[];
}

/** An agent of steps, each with the steps it leads to. */
export function agentOf(
  steps: Readonly<Record<string, Drawn>>,
  llm: LLM = MockLLM.auto(),
): Agent {
  const drawn = Object.entries(steps).map(([id, { to = [], ...step }]) => {
    const routes = Object.fromEntries(to.map((one) => [one, "x"]));
    return [id, { description: id, ...step, routes }];
  });
  const [start] = Object.keys(steps);
  return new Agent({ name: "test", llm, start: start!, steps: Object.fromEntries(drawn) });
}

/** Asks until the session ends. */
export async function play(session: Session, most = 30): Promise<Turn[]> {
  const turns: Turn[] = [];
  while (session.status !== "ended" && turns.length < most) turns.push(await session.next("Go on"));
  return turns;
}

/** What happened in a turn, in short. */
export function story({ events }: Turn): string {
  return events.flatMap((event) => {
    if (event.type === "moved") return event.to;
    if (event.type !== "decision") return event.type === "respond_only" ? "respond_only" : [];
    const { decision } = event;
    if (decision.action === "TOOL_CALL") return decision.calls.map((call) => `${call.tool}()`);
    return decision.action === "MOVE" ? [] : decision.action;
  }).join(" ");
}

/** What happened in each turn, in short. */
export async function stories(session: Session): Promise<string[]> {
  return (await play(session)).map(story);
}
