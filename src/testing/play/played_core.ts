/**
 * Agents whose models, tools and guards are played by somebody else.
 *
 * @module
 */
import { coreOf } from "../../agent/build_core.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { Route, Step } from "../../graph/graph.ts";
import { offersOf } from "../../graph/offer.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { LLM } from "../../llm/llm.ts";
import { type HeldTool, keepInternals, toolInternals } from "../../tool/tool_internals.ts";
import type { ToolContext } from "../../tool/tool_context.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import type { Observer } from "../../turn/observer.ts";

/** Whoever plays what is not the graph's. */
export interface Player {
  /** Stands for every model of the agent; the profile of the model it stands for is kept. */
  readonly llm: LLM;
  /** Returns what a call of a tool does. */
  callTool(tool: string, args: unknown, context: ToolContext): unknown;
  /** Returns what a `once` tool finds out about a call of which nothing is known. */
  findOut(tool: string, args: unknown, context: ToolContext): unknown;
  /** Returns true if a call needs approval, where a function of the tool decides that. */
  needsApproval(step: string, tool: string): boolean;
  /** Returns true if a guard lets pass. */
  isOpen(step: string, guard: string): boolean;
  /** Called when an event was committed. */
  onEvent(event: SessionEvent): void;
}

/**
 * Returns the core of an agent that is to be played.
 *
 * @throws {ConfigError} saying what cannot be done with it, if it is no agent.
 */
export function coreToPlay(agent: unknown, purpose: string): AgentCore {
  const core = coreOf(agent);
  if (core !== undefined) return core;
  throw new ConfigError(`Cannot ${purpose} ${quote(agent)}: expected an Agent`);
}

/**
 * Returns the core of an agent with the same graph, schemas and limits. The agent
 * itself is not changed, and its sessions do not notice.
 */
export function playedCore(core: AgentCore, player: Player): AgentCore {
  const tools = new Map<HeldTool, HeldTool>();
  const playedTool = (tool: HeldTool): HeldTool => {
    let played = tools.get(tool);
    if (played === undefined) tools.set(tool, played = replaceRun(tool, player));
    return played;
  };
  const played = standIn(core, (step) => {
    const routes = step.routes.map((route): Route => ({
      ...route,
      guard: route.guard && (() => player.isOpen(step.id, routeGuard(route.to))),
    }));
    const tools = step.tools.map(playedTool);
    return { routes, tools, llm: withProfileOf(step.llm, player.llm), ...offersOf(routes, tools) };
  });
  const observer: Observer = { beginTurn: () => ({ onEvent: (event) => player.onEvent(event) }) };
  return { ...played, observers: [observer], migrateResult: undefined };
}

/**
 * Returns the core of an agent with other models, for whoever takes the results of
 * its tools from a recording. Unless guards and `needsApproval` are asked, guards
 * let pass, and nothing needs approval.
 */
export function replayedCore(
  core: AgentCore,
  modelFor: (model: LLM) => LLM,
  asksGuards: boolean,
): AgentCore {
  const replayed = standIn(core, ({ llm, routes, tools }) => ({
    llm: modelFor(llm),
    ...offersOf(routes, tools),
    ...(!asksGuards && { isGuarded: false, asksForApproval: false }),
  }));
  return { ...replayed, clock: () => 0 };
}

/** Changes the steps of an agent in which nothing is really spent, and nobody is told. */
function standIn(core: AgentCore, change: (step: Step) => Partial<Step>): AgentCore {
  const steps = new Map([...core.graph.steps].map(([id, step]): [string, Step] => {
    // Examples by likeness would ask a real model for vectors.
    const examples = step.examples.filter(({ show }) => show !== "similar");
    return [id, { ...step, examples, ...change(step) }];
  }));
  // No context is given to what is played.
  const graph = { start: core.graph.start, steps, contexts: [] };
  return { ...core, graph, usageLimits: undefined, cost: undefined, observers: [] };
}

/** Returns a model whose schemas are lowered as those of the one it stands for. */
export function withProfileOf({ schemaProfile }: LLM, model: LLM): LLM {
  if (schemaProfile === undefined) return model;
  return {
    name: model.name,
    schemaProfile,
    decide: (request) => model.decide(request),
    ...(model.stream && { stream: (request) => model.stream!(request) }),
  };
}

/** Returns the name of a route's guard within its step. */
export function routeGuard(to: string): string {
  return `route to ${to}`;
}

/** Returns the name of a tool's guard within a step. */
export function toolGuard(tool: string): string {
  return `tool ${tool}`;
}

function replaceRun(tool: HeldTool, player: Player): HeldTool {
  const { name, guard } = tool;
  const internals = toolInternals(tool);
  const { needsApproval, whenUnknown } = internals;
  const played: HeldTool = {
    ...tool,
    guard: guard && (({ step }) => player.isOpen(step, toolGuard(name))),
  };
  keepInternals(played, {
    ...internals,
    run: (args, context) => player.callTool(name, args, context),
    needsApproval: typeof needsApproval === "boolean"
      ? needsApproval
      : (_, { step }) => player.needsApproval(step, name),
    whenUnknown: whenUnknown && ((args, context) => player.findOut(name, args, context)),
    delegate: undefined,
  });
  return played;
}
