/**
 * The graph of an agent, in normal form: all defaults are filled in. What a step offers, and the
 * parts of its decision schema.
 *
 * @module
 */
import type { Action, LegalActions } from "../decision/decision.ts";
import type { DecisionShape, StepSchemas } from "../decision/decision_schema.ts";
import { quote, StateError } from "../errors.ts";
import type { LLM, Message } from "../llm/llm.ts";
import { profileOf } from "../schema/profiles/openai_strict.ts";
import type { DataSchemas, OwnedSchema } from "../schema/session_values.ts";
import type { WireSchema } from "../schema/wire_schema.ts";
import type { GuardContext } from "../tool/tool_context.ts";
import { mayNeedApproval, type StepTool, toolInternals } from "../tool/tool_internals.ts";
import type { HistoryBounds } from "./history_options.ts";
import type { Example, Text } from "./step.ts";

/** A route in normal form. */
export interface Route {
  /** Id of the step it leads to. */
  readonly to: string;
  /** Condition, as shown to the model. */
  readonly when: string;
  /** Returns true if the route is offered; undefined if always. */
  readonly guard: ((given: GuardContext<never, never>) => boolean) | undefined;
}

/** Routes and tools of a step that are offered to the model. */
export interface Offer {
  /** Key of the combination: offers of a step with equal keys are equal. */
  readonly key: string;
  /** Offered routes. */
  readonly routes: readonly Route[];
  /** Offered tools. */
  readonly tools: readonly StepTool[];
}

/** A step in normal form. */
export interface Step {
  readonly id: string;
  readonly description: Text<never, never>;
  readonly routes: readonly Route[];
  /** Tools, sorted by name, so that equal steps have equal schemas. */
  readonly tools: readonly StepTool[];
  readonly answer: WireSchema | undefined;
  readonly auto: boolean;
  readonly end: boolean | string;
  readonly suggestions: boolean;
  /**
   * General instruction of the agent, if it is a function; undefined if it is in the first message.
   */
  readonly system: Text<never, never> | undefined;
  /**
   * Persona of the step or the agent; undefined if there is none, or it is in the first message.
   */
  readonly persona: Text<never, never> | undefined;
  /** True if a text is a function, so that messages vary. */
  readonly isDynamic: boolean;
  readonly llm: LLM;
  /** Name of the LLM among those of the agent. */
  readonly model: string;
  /** Bounds of the history; `NO_BOUNDS` if neither the step nor the agent sets any. */
  readonly history: HistoryBounds;
  readonly examples: readonly Example[];
  readonly reasoning: boolean;
  /** True if a tool may need approval. */
  readonly asksForApproval: boolean;
  /** True if a route or a tool has a guard, so that offers vary. */
  readonly isGuarded: boolean;
  /** Offer if all guards return true. */
  readonly wholeOffer: Offer;
  /** Decision schemas by offer. They keep entries of the schema cache alive. */
  readonly schemas: StepSchemas;
  /** Messages of the step by offer; each is built once. */
  readonly messages: Map<string, Message>;
}

/** Returns the tool with that name; undefined if the step does not have it. */
export function findTool({ tools }: Step, name: string): StepTool | undefined {
  return tools.find((tool) => tool.name === name);
}

/**
 * Returns the step with that id, for a session that is in it.
 *
 * @throws {StateError} if the graph lacks it.
 */
export function requireStep({ steps }: Pick<Graph, "steps">, id: string): Step {
  const step = steps.get(id);
  if (step !== undefined) return step;
  const known = [...steps.keys()].map(quote).join(", ");
  throw new StateError(
    "step",
    `unknown step ${quote(id)}: expected ${known}; if another step takes its place, name it in ` +
      'the option "renamedSteps" of the agent',
  );
}

/** A validated graph. */
export interface Graph {
  /** Steps by id. */
  readonly steps: ReadonlyMap<string, Step>;
  /** Id of the first step of a session. */
  readonly start: string;
  /** Schemas of the agent and its tools that the context of every session must satisfy. */
  readonly contexts: readonly OwnedSchema[];
  /** Schemas that the data of every session must satisfy; undefined if sessions have no data. */
  readonly data: DataSchemas | undefined;
}

/** Returns a graph with changed fields of its steps. */
export function changeSteps(graph: Graph, change: (step: Step) => Partial<Step>): Graph {
  const changed = [...graph.steps].map(([id, step]) => [id, { ...step, ...change(step) }] as const);
  return { ...graph, steps: new Map(changed) };
}

/** Builds the fields of a step that concern its offers. */
export function buildOfferFields(
  routes: readonly Route[],
  tools: readonly StepTool[],
): Pick<Step, "asksForApproval" | "isGuarded" | "wholeOffer" | "schemas" | "messages"> {
  const isGuarded = routes.some(({ guard }) => guard !== undefined) ||
    tools.some(({ guard }) => guard !== undefined);
  const key = isGuarded ? "1".repeat(routes.length + tools.length) : "";
  return {
    asksForApproval: tools.some(mayNeedApproval),
    isGuarded,
    wholeOffer: { key, routes, tools },
    schemas: new Map(),
    messages: new Map(),
  };
}

/** Lists the actions that an offer makes legal. */
function listLegalActions(step: Step, { routes, tools }: Offer): LegalActions {
  const actions: Action[] = [];
  if (!step.auto) actions.push("RESPOND");
  if (tools.length > 0) actions.push("TOOL_CALL");
  if (routes.length > 0) actions.push("MOVE");
  if (step.end !== false) actions.push("END");
  return {
    actions,
    routes: routes.map(({ to }) => to),
    tools: tools.map(({ name }) => name),
  };
}

/**
 * Builds the parts of the decision schema of an offer.
 *
 * @param legal Legal actions. Default: all that the offer makes legal.
 */
export function buildShape(
  step: Step,
  offer: Offer,
  legal: LegalActions = listLegalActions(step, offer),
): DecisionShape {
  return {
    legal,
    tools: new Map(offer.tools.map((tool) => [tool.name, toolInternals(tool).schema])),
    answer: step.answer,
    suggestions: step.suggestions,
    reasoning: step.reasoning,
    profile: profileOf(step.llm),
  };
}
