/**
 * Agent cores whose models, tools and guards are replaced by a player.
 *
 * @module
 */
import { coreOf } from "../../agent/build_core.ts";
import type { CostOf } from "../../cost/call_usage.ts";
import { ConfigError, quote } from "../../errors.ts";
import { buildOfferFields, changeSteps, type Route, type Step } from "../../graph/graph.ts";
import { type HistoryBounds, NO_BOUNDS } from "../../graph/history_options.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { LLM } from "../../llm/llm.ts";
import type { GuardContext, ToolContext } from "../../tool/tool_context.ts";
import { registerInternals, type StepTool, toolInternals } from "../../tool/tool_internals.ts";
import { type AgentCore, replaceModels } from "../../turn/agent_core.ts";
import type { Observer } from "../../turn/observer.ts";
import { isSameJson } from "../json_difference.ts";
import type { GivenSample } from "./sampled_values.ts";

/** Plays the models, tools and guards of an agent. */
export interface Player {
  /** Replaces every model of the agent. The schema profiles of the models are kept. */
  readonly llm: LLM;
  /** Data and contexts with which texts are called, and which tools set. */
  readonly given: readonly GivenSample[];
  /** Runs a call of a tool and returns its result. */
  callTool(tool: string, args: unknown, context: ToolContext): unknown;
  /** Replaces `whenUnknown` of a `once` tool: returns the outcome of an interrupted call. */
  whenUnknown(tool: string, args: unknown, context: ToolContext): unknown;
  /** Replaces a `needsApproval` function of a tool. */
  needsApproval(step: string, tool: string): boolean;
  /** Replaces a guard: returns true if it is open. */
  isOpen(step: string, guard: string): boolean;
  /** Called after an event is committed. */
  onEvent(event: SessionEvent): void;
}

/**
 * Returns the core of an agent; `purpose` is a verb for the error message.
 *
 * @throws {ConfigError} if `agent` is not an agent.
 */
export function requireCore(agent: unknown, purpose: string): AgentCore {
  const core = coreOf(agent);
  if (core !== undefined) return core;
  throw new ConfigError(`Cannot ${purpose} ${quote(agent)}: expected an Agent`);
}

/** Returns true if a tool needs approval; `isAsked` replaces its `needsApproval` function. */
export function mustAsk(tool: StepTool, isAsked: boolean): boolean {
  const { needsApproval } = toolInternals(tool);
  return typeof needsApproval === "boolean" ? needsApproval : isAsked;
}

/**
 * Returns a core with the same graph, schemas and limits, played by `player`. The
 * original core and its sessions are not changed.
 */
export function playedCore(core: AgentCore, player: Player): AgentCore {
  const tools = new Map<StepTool, StepTool>();
  const playedTool = (tool: StepTool): StepTool => {
    let played = tools.get(tool);
    if (played === undefined) tools.set(tool, played = replaceTool(tool, player));
    return played;
  };
  const played = withoutSideEffects(core, (own) => withSchemaProfile(own, player.llm), (step) => {
    const routes = step.routes.map((route): Route => ({
      ...route,
      guard: route.guard && (() => player.isOpen(step.id, routeGuard(route.to))),
    }));
    const tools = step.tools.map(playedTool);
    const { system, description, persona } = step;
    return {
      system: playText(system, player),
      description: playText(description, player),
      persona: playText(persona, player),
      routes,
      tools,
      history: step.history === NO_BOUNDS ? NO_BOUNDS : playSummaries(step.history),
      ...buildOfferFields(routes, tools),
    };
  });
  const observer: Observer = { beginTurn: () => ({ onEvent: (event) => player.onEvent(event) }) };
  return { ...played, observers: [observer], migrateResult: undefined };
}

/**
 * Returns a core with other models, for replaying a recording. If `asksGuards` is
 * false, guards and `needsApproval` functions are not called: all guards are open,
 * and no call needs approval. If `callsTexts` is false, texts that are functions are left out.
 */
export function replayedCore(
  core: AgentCore,
  modelFor: (model: LLM) => LLM,
  { asksGuards, callsTexts }: { readonly asksGuards: boolean; readonly callsTexts: boolean },
): AgentCore {
  const written = { system: undefined, description: "", persona: undefined, isDynamic: false };
  const replayed = withoutSideEffects(core, modelFor, ({ routes, tools, isDynamic }) => ({
    // Summaries are taken from the recording.
    history: { ...NO_BOUNDS, summarize: false },
    ...buildOfferFields(routes, tools),
    ...(!asksGuards && { isGuarded: false, asksForApproval: false }),
    ...(isDynamic && !callsTexts && written),
  }));
  const data = asksGuards || callsTexts ? core.graph.data : undefined;
  return { ...replayed, graph: { ...replayed.graph, data }, clock: () => 0 };
}

/**
 * Returns a core with other models and changed steps, without observers, timings, cost and usage
 * limits.
 */
function withoutSideEffects(
  core: AgentCore,
  modelFor: (model: LLM) => LLM,
  change: (step: Step) => Partial<Step>,
): AgentCore {
  const replaced = replaceModels(core, modelFor);
  const changed = changeSteps(replaced.graph, (step) => ({
    // A model that plays cannot embed.
    examples: step.examples.filter(({ show }) => show !== "similar"),
    ...change(step),
  }));
  // A played agent has no context.
  const graph = { ...changed, contexts: [] };
  return { ...replaced, graph, usageLimits: {}, cost: undefined, timings: false, observers: [] };
}

/**
 * Returns a text whose function is called with the session's own data and context, and if it throws,
 * with the samples: a played guard may be open although the agent's guard is false for that data.
 */
function playText<Played extends Step["persona"]>(
  text: Played,
  { given }: Player,
): Played | ((own: GuardContext) => string) {
  if (typeof text !== "function") return text;
  return (own: GuardContext) => {
    let failure: unknown;
    for (const sample of [own, ...given]) {
      try {
        return text({ ...own, ...sample } as GuardContext<never, never>);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
}

/** Returns the sample data that a call sets: those that follow on the data of its session. */
function chooseData({ given }: Player, { data: current }: ToolContext): object {
  const at = given.findIndex(({ data }) => isSameJson(data, current));
  return given[(at + 1) % given.length]!.data;
}

/** Returns bounds whose summaries are written without a model. */
function playSummaries(bounds: HistoryBounds): HistoryBounds {
  if (bounds.summarize === false) return bounds;
  return { ...bounds, summarize: () => "Summary of the played conversation" };
}

/** Returns the prices of an agent whose models others play: a price that is not known is 0. */
export function playPrices(cost: CostOf): CostOf {
  return (usage, call) => cost(usage, call) ?? 0;
}

/** Returns `model` with the schema profile of the model that it replaces. */
export function withSchemaProfile({ schemaProfile }: LLM, model: LLM): LLM {
  if (schemaProfile === undefined) return model;
  return {
    name: model.name,
    schemaProfile,
    decide: (request) => model.decide(request),
    ...(model.stream && { stream: (request) => model.stream!(request) }),
    ...(model.embed && { embed: (texts, options) => model.embed!(texts, options) }),
  };
}

/** Returns the name of a route's guard, unique within its step. */
export function routeGuard(to: string): string {
  return `route to ${to}`;
}

/** Returns the name of a tool's guard, unique within a step. */
export function toolGuard(tool: string): string {
  return `tool ${tool}`;
}

function replaceTool(tool: StepTool, player: Player): StepTool {
  const { name, guard } = tool;
  const internals = toolInternals(tool);
  const { needsApproval, whenUnknown } = internals;
  const played: StepTool = {
    ...tool,
    guard: guard && (({ step }) => player.isOpen(step, toolGuard(name))),
  };
  registerInternals(played, {
    ...internals,
    run: (args, context) => {
      const result = player.callTool(name, args, context);
      if (internals.data !== undefined) {
        (context as ToolContext<object>).setData(chooseData(player, context));
      }
      return result;
    },
    needsApproval: typeof needsApproval === "boolean"
      ? needsApproval
      : (_, { step }) => player.needsApproval(step, name),
    whenUnknown: whenUnknown && ((args, context) => player.whenUnknown(name, args, context)),
  });
  return played;
}
