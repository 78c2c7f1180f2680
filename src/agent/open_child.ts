/**
 * Opening the child session of a call, in memory or in the store of its parent.
 *
 * @module
 */
import type { AgentCore } from "../turn/agent_core.ts";
import { checkLimits } from "../cost/limits.ts";
import { createLiveSession } from "../session/read_state.ts";
import { quote, StateError } from "../errors.ts";
import { LiveSession } from "../turn/live_session.ts";
import type { AgentCall } from "./agent_call.ts";

/**
 * Opens the child session of a call, or creates it. Its id is the key of the call.
 *
 * @throws {StateError} if it is in a step that the agent lacks.
 * @throws {ConfigError} if the parent limits cost and the agent's models have no price.
 */
export async function openChild(call: AgentCall, context: unknown): Promise<LiveSession> {
  const { parent, context: { callKey: id } } = call;
  const agent = findPricedAgent(call);
  const { durability } = parent;
  if (durability === undefined) {
    const known = parent.children?.get(id);
    if (known instanceof LiveSession) return known;
    const session = createLiveSession(agent, id, context, known, { parent });
    (parent.children ??= new Map()).set(id, session);
    return session;
  }
  const stored = await durability.openChild(id, agent.graph.start, {
    now: agent.clock,
    migrateResult: agent.migrateResult,
  });
  const { step } = stored.log.position;
  if (!agent.graph.steps.has(step)) {
    const known = [...agent.graph.steps.keys()].map(quote).join(", ");
    throw new StateError(
      "step",
      `agent ${quote(agent.name)} has no step ${quote(step)}, in which child session ` +
        `${quote(id)} stands: expected ${known}`,
    );
  }
  // Verdicts and usage are read from the whole log.
  await stored.load();
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
