/**
 * An agent whose models, tools and guards are played by somebody else.
 *
 * @module
 */
import { coreOf } from "../../agent/agent.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { Route, Step } from "../../graph/graph.ts";
import { offersOf } from "../../graph/offer.ts";
import type { LLM } from "../../llm/llm.ts";
import { approvalOf, type HeldTool, Tool, unknownOf } from "../../tool/tool.ts";
import type { ToolContext } from "../../tool/tool_context.ts";
import { routeGuard, toolGuard } from "./target.ts";

/** Who plays what is not the graph's. */
export interface Player {
  /** Every model of the agent; the profile of the model it stands for is kept. */
  readonly llm: LLM;
  /** What a call of a tool does. */
  callTool(tool: string, args: unknown, context: ToolContext): unknown;
  /** What a `once` tool finds out about a call of which nothing is known. */
  findOut(tool: string, args: unknown, context: ToolContext): unknown;
  /** Whether a call needs approval, where a function of the tool decides that. */
  needsApproval(step: string, tool: string): boolean;
  /** Whether a guard lets pass. */
  isOpen(step: string, guard: string): boolean;
}

/**
 * The core of an agent that is to be played.
 *
 * @throws {ConfigError} saying what cannot be done with it, if it is no agent.
 */
export function coreToPlay(agent: unknown, purpose: string): AgentCore {
  const core = coreOf(agent);
  if (core !== undefined) return core;
  throw new ConfigError(`Cannot ${purpose} ${quote(agent)}: expected an Agent`);
}

/**
 * The core of an agent with the same graph, schemas and limits. The agent itself
 * is not changed, and its sessions do not notice.
 */
export function playedCore(core: AgentCore, player: Player): AgentCore {
  const tools = new Map<HeldTool, HeldTool>();
  const playedTool = (tool: HeldTool): HeldTool => {
    let played = tools.get(tool);
    if (played === undefined) tools.set(tool, played = replaceRun(tool, player));
    return played;
  };
  const steps = new Map<string, Step>();
  for (const step of core.graph.steps.values()) {
    const routes = step.routes.map((route): Route => ({
      ...route,
      guard: route.guard && (() => player.isOpen(step.id, routeGuard(route.to))),
    }));
    const stepTools = step.tools.map(playedTool);
    steps.set(step.id, {
      ...step,
      routes,
      tools: stepTools,
      llm: withProfile(player.llm, step.llm),
      // Examples by likeness would ask a real model for vectors.
      examples: step.examples.filter(({ show }) => show !== "similar"),
      ...offersOf(routes, stepTools),
    });
  }
  const graph = { start: core.graph.start, steps };
  // Nothing is really spent, and nobody is told or asked.
  return {
    ...core,
    graph,
    spendingLimits: undefined,
    cost: undefined,
    observers: [],
    migrateResult: undefined,
  };
}

/** The player in the place of a model: schemas are lowered for that model all the same. */
function withProfile(player: LLM, { schemaProfile }: LLM): LLM {
  if (schemaProfile === undefined) return player;
  return {
    name: player.name,
    schemaProfile,
    decide: (request) => player.decide(request),
    ...(player.stream && { stream: (request) => player.stream!(request) }),
  };
}

function replaceRun(tool: HeldTool, player: Player): HeldTool {
  const { name, description, args, timeout, available, once } = tool as unknown as Tool;
  const needsApproval = approvalOf(tool);
  return new Tool({
    name,
    description,
    args,
    once,
    needsApproval: typeof needsApproval === "boolean"
      ? needsApproval
      : (_, { step }) => player.needsApproval(step, name),
    ...(unknownOf(tool) && {
      whenUnknown: (given, context) => player.findOut(name, given, context),
    }),
    ...(timeout !== undefined && { timeout }),
    ...(available && {
      available: ({ step }) => player.isOpen(step, toolGuard(name)),
    }),
    run: (given, context) => player.callTool(name, given, context),
  });
}
