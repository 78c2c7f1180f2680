/**
 * From an author's steps to a validated graph, with every problem named at once.
 *
 * @module
 */
import * as v from "valibot";
import * as option from "../schema/option_shape.ts";
import { GraphError, type GraphProblem, quote } from "../errors.ts";
import type { LLM } from "../llm/llm.ts";
import { isRecord, oneOf, type OptionShape, readOptions } from "../schema/option_shape.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import { WireSchema } from "../schema/wire_schema.ts";
import { type HeldTool, isTool, toolInternals } from "../tool/tool_internals.ts";
import type { Graph, Route, Step } from "./graph.ts";
import { offersOf } from "./offer.ts";
import type { Example, RouteOptions, StepOptions } from "./step.ts";

type StepFields = Partial<StepOptions<string, never>>;

/** Parts of a graph. */
export interface GraphOptions {
  /** The agent's name, for messages. */
  readonly name: string;
  /** The first step. */
  readonly start: string;
  /** The steps by id. */
  readonly steps: Readonly<Record<string, StepOptions<string, never>>>;
  /** Tools that steps may name. */
  readonly tools: readonly HeldTool[];
  /** The models, `default` among them. */
  readonly models: ReadonlyMap<string, LLM>;
  /** True if steps reason unless they say otherwise. */
  readonly reasoning: boolean;
  /** Persona of the agent. */
  readonly persona: string | undefined;
  /** Schema of the context that guards need. */
  readonly context: StandardSchema | undefined;
}

/**
 * Builds the graph.
 *
 * @throws {GraphError} with every problem: an unknown start, target, tool, model or
 * option, a tool name used twice, a step that contradicts itself or in which
 * nothing is ever legal.
 */
export function buildGraph(options: GraphOptions): Graph {
  const builder = new GraphBuilder(options);
  const graph = builder.build();
  if (builder.problems.length > 0) throw new GraphError(options.name, builder.problems);
  return graph;
}

class GraphBuilder {
  readonly problems: GraphProblem[] = [];
  readonly #options: GraphOptions;
  /** Every tool of the agent by name: a name means one tool in the whole graph. */
  readonly #tools = new Map<string, HeldTool>();
  /** The agent's own tools, which steps may name. */
  readonly #named = new Map<string, HeldTool>();
  readonly #ids = new Set<string>();
  /** The agent's persona, if it stands in the messages of steps. */
  #persona: string | undefined;

  constructor(options: GraphOptions) {
    this.#options = options;
  }

  build(): Graph {
    const { name, start, context } = this.#options;
    for (const [index, tool] of this.#agentTools().entries()) {
      if (this.#addTool(`tools.${index}`, tool)) this.#named.set(tool.name, tool);
    }
    const entries = this.#entries();
    for (const id of entries.keys()) this.#ids.add(id);
    if (!this.#ids.has(start)) {
      this.#report("start", `unknown step ${quote(start)}: expected ${oneOf(this.#ids)}`);
    }
    const isPersonal = [...entries.values()].some(({ persona }) => persona !== undefined);
    if (isPersonal) this.#persona = this.#options.persona;
    const steps = new Map<string, Step>();
    for (const [id, entry] of entries) steps.set(id, this.#step(id, entry));
    const contexts = context === undefined
      ? []
      : [{ owner: `agent ${quote(name)}`, schema: context }];
    for (const tool of this.#tools.values()) {
      const { context: schema } = toolInternals(tool);
      if (schema !== undefined) contexts.push({ owner: `tool ${quote(tool.name)}`, schema });
    }
    return { steps, start, contexts };
  }

  #report(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  #read<Options>(shape: OptionShape<Options>, options: unknown, path: string): Partial<Options> {
    const { usable, problems } = readOptions(shape, options, path);
    this.problems.push(...problems);
    return usable;
  }

  /** The usable fields of each step: what is wrong with the others is reported as well. */
  #entries(): ReadonlyMap<string, StepFields> {
    const { steps } = this.#options;
    const given = isRecord(steps) ? Object.entries(steps) : [];
    if (given.length === 0) {
      const what = isRecord(steps) ? "an object without steps" : quote(steps);
      this.#report("steps", `it is ${what}: expected an object of steps by id`);
    }
    const entries = new Map<string, StepFields>();
    for (const [id, step] of given) {
      if (id === "") this.#report("steps", "a step has an empty id: expected text");
      entries.set(id, this.#read(stepShape, step, `steps.${id}`) as StepFields);
    }
    return entries;
  }

  #agentTools(): readonly HeldTool[] {
    const { tools } = this.#options;
    if (Array.isArray(tools)) return tools;
    this.#report("tools", `it is ${quote(tools)}: expected a list of tools`);
    return [];
  }

  #addTool(path: string, tool: HeldTool): boolean {
    if (!isTool(tool)) {
      this.#report(path, "expected a Tool");
      return false;
    }
    const known = this.#tools.get(tool.name);
    if (known === undefined) this.#tools.set(tool.name, tool);
    else if (known !== tool) {
      this.#report(path, `the name ${quote(tool.name)} is taken by another tool object`);
      return false;
    }
    return true;
  }

  #step(id: string, fields: StepFields): Step {
    const path = `steps.${id}`;
    const { description = "", auto = false, end = true, suggestions = false } = fields;
    const routes = this.#routes(`${path}.routes`, fields.routes ?? {});
    const tools = this.#stepTools(`${path}.tools`, fields.tools ?? []);
    if (auto && suggestions) {
      this.#report(path, "a step with auto never responds: expected no suggestions");
    }
    if (auto && fields.answer !== undefined) {
      this.#report(path, "a step with auto never responds: expected no answer");
    }
    if (auto && end === false && routes.length === 0 && tools.length === 0) {
      this.#report(path, "nothing is ever legal: expected a route, a tool, end, or no auto");
    }
    return {
      id,
      description,
      routes,
      tools,
      answer: this.#answer(id, fields.answer),
      auto,
      end,
      suggestions,
      persona: fields.persona ?? this.#persona,
      llm: this.#llm(`${path}.llm`, fields.llm),
      examples: this.#examples(`${path}.examples`, fields.examples),
      reasoning: fields.reasoning ?? this.#options.reasoning,
      ...offersOf(routes, tools),
    };
  }

  #routes(path: string, routes: object): readonly Route[] {
    return Object.entries(routes).flatMap(([to, given]) => {
      const here = `${path}.${to}`;
      const options = typeof given === "string" ? { when: given } : given;
      const { when = "", guard } = this.#read<RouteOptions<never>>(routeShape, options, here);
      if (this.#ids.has(to)) return [{ to, when, guard }];
      this.#report(here, `unknown step ${quote(to)}: expected ${oneOf(this.#ids)}`);
      return [];
    });
  }

  #stepTools(path: string, tools: readonly (string | HeldTool)[]): readonly HeldTool[] {
    const found = new Map<string, HeldTool>();
    for (const [index, given] of tools.entries()) {
      const here = `${path}.${index}`;
      if (typeof given !== "string") {
        if (this.#addTool(here, given)) found.set(given.name, given);
        continue;
      }
      const tool = this.#named.get(given);
      if (tool === undefined) {
        const known = this.#named.size === 0 ? "" : ` or ${oneOf(this.#named.keys())}`;
        this.#report(here, `unknown tool ${quote(given)}: expected a Tool${known}`);
      } else found.set(given, tool);
    }
    return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  #answer(id: string, answer: StandardSchema | undefined): WireSchema | undefined {
    if (answer === undefined) return undefined;
    try {
      return WireSchema.of(answer, `the answer of step ${quote(id)}`);
    } catch (error) {
      this.#report(`steps.${id}.answer`, (error as Error).message);
      return undefined;
    }
  }

  #llm(path: string, name = "default"): LLM {
    const { models } = this.#options;
    const llm = models.get(name);
    if (llm !== undefined) return llm;
    this.#report(path, `unknown model ${quote(name)}: expected ${oneOf(models.keys())}`);
    return undefined as never;
  }

  #examples(path: string, examples: readonly Example[] = []): Step["examples"] {
    const needsEmbedding = examples.some(({ show }) => show === "similar");
    if (needsEmbedding && this.#options.models.get("default")?.embed === undefined) {
      this.#report(
        path,
        'an example is shown when "similar": expected the default model to have embed()',
      );
    }
    // As they are now: a decision is data, so this copies all of it.
    return examples.length === 0 ? [] : structuredClone(examples);
  }
}

const examples = v.array(
  v.strictObject({
    context: v.string("expected text"),
    decision: v.union(
      [v.string(), v.looseObject({ action: v.string() })],
      "expected a decision, or words about it",
    ),
    show: v.optional(
      v.picklist(["always", "similar", "never"], 'expected "always", "similar" or "never"'),
    ),
  }, "expected an example of context, decision and show"),
  "expected a list of examples",
);

/** Shape of a step. Its answer and tools are validated by the graph. */
export const stepShape: option.OptionShape<StepOptions> = {
  description: option.text,
  routes: v.optional(v.custom(option.isRecord, "expected an object of routes by target")),
  tools: v.optional(v.array(v.unknown(), "expected a list of tools")),
  answer: option.anything,
  auto: option.flag,
  end: v.optional(v.union([v.boolean(), v.string()], "expected true, false or text")),
  suggestions: option.flag,
  persona: option.optionalText,
  llm: option.optionalText,
  examples: v.optional(examples),
  reasoning: option.flag,
};

/** Shape of a route. */
export const routeShape: option.OptionShape<RouteOptions> = {
  when: option.text,
  guard: option.callable,
};
