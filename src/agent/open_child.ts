/**
 * Opening the child session of a call, in memory or in the store of its parent.
 *
 * @module
 */
import { checkLimits } from "../cost/limits.ts";
import { quote } from "../errors.ts";
import { requireStep } from "../graph/graph.ts";
import type { ChildLogOptions, DurableLog } from "../history/durability.ts";
import { childIdOf } from "../history/session_name.ts";
import { createLiveSession } from "../session/read_state.ts";
import type { AgentCore } from "../turn/agent_core.ts";
import { LiveSession } from "../turn/live_session.ts";
import type { AgentCall } from "./agent_call.ts";

/**
 * Opens the child session of a call, or creates it.
 *
 * @throws {StateError} if it is in a step that the agent lacks.
 * @throws {ConfigError} if the parent limits cost and the agent's models have no price.
 */
export async function openChild(call: AgentCall, context: unknown): Promise<LiveSession> {
  const { parent, context: { callKey } } = call;
  const agent = findPricedAgent(call);
  const { durability } = parent;
  const id = childIdOf(parent, call.decision, call.call);
  if (durability === undefined) {
    const known = parent.children?.get(callKey);
    if (known instanceof LiveSession) return known;
    const session = createLiveSession(agent, known?.sessionId ?? id, context, known, { parent });
    (parent.children ??= new Map()).set(callKey, session);
    return session;
  }
  const stored = await durability.openChild(id, logOptions(agent));
  return openStored(call, agent, id, context, stored);
}

/** Opens the child session of a call that is not run again; undefined if it had not begun. */
export async function findChild(call: AgentCall): Promise<LiveSession | undefined> {
  const { parent, context: { callKey } } = call;
  const { durability } = parent;
  if (durability === undefined) {
    return parent.children?.has(callKey) ? await openChild(call, undefined) : undefined;
  }
  const agent = findPricedAgent(call);
  const id = childIdOf(parent, call.decision, call.call);
  const stored = await durability.findChild(id, logOptions(agent));
  return stored && openStored(call, agent, id, undefined, stored);
}

function logOptions(agent: AgentCore): ChildLogOptions {
  const { clock: now, graph, migrateResult, renamedSteps } = agent;
  return { graph, now, migrateResult, renamedSteps };
}

function openStored(
  { parent }: AgentCall,
  agent: AgentCore,
  id: string,
  context: unknown,
  stored: DurableLog,
): LiveSession {
  requireStep(agent.graph, stored.log.position.step);
  return new LiveSession(agent, id, context, stored.log, { parent, durability: stored });
}

/** Returns the agent, with the parent's prices if it has none of its own. */
function findPricedAgent({ parent, parts }: AgentCall): AgentCore {
  const agent = parts.agent();
  const cost = agent.cost ?? parent.agent.cost;
  if (parent.tracker?.limitsCost) {
    const models = new Set([...agent.graph.steps.values()].map(({ llm }) => llm));
    checkLimits({ turn: { cost: 0 } }, cost, `Cannot call agent ${quote(agent.name)}`, models);
  }
  return agent.cost === cost ? agent : { ...agent, cost };
}
