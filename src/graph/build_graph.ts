/**
 * From an author's steps to a validated graph, with every problem named at once.
 *
 * @module
 */
import { WireSchema } from "../schema/wire_schema.ts";
import { GraphError, type GraphProblem, quote } from "../errors.ts";
import { isPlainObject } from "../json/json.ts";
import type { LLM } from "../llm/llm.ts";
import { type HeldTool, isTool } from "../tool/tool.ts";
import type { Graph, Route, Step } from "./graph.ts";
import { offersOf } from "./offer.ts";
import type { RouteEntry, Routes, StepEntry, Steps } from "./step.ts";
import { shapeRoute, shapeStep } from "./step_shape.ts";

type Entry = StepEntry<string, never>;

/** What a graph is built from. */
export interface GraphOptions {
  /** The agent's name, for messages. */
  readonly name: string;
  /** The first step. */
  readonly start: string;
  /** The steps. */
  readonly steps: Steps<string, never>;
  /** Tools that steps may name. */
  readonly tools: readonly HeldTool[];
  /** The models, `default` among them. */
  readonly models: ReadonlyMap<string, LLM>;
  /** Whether steps reason unless they say otherwise. */
  readonly reasoning: boolean;
}

/**
 * Builds the graph.
 *
 * @throws {GraphError} with every problem: unknown start or target, a step id
 * or a tool name used twice, an unknown tool or model, a step that contradicts
 * itself or in which nothing is ever legal.
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

  constructor(options: GraphOptions) {
    this.#options = options;
  }

  build(): Graph {
    const { start } = this.#options;
    for (const [index, tool] of this.#agentTools().entries()) {
      if (this.#addTool(`tools.${index}`, tool)) this.#named.set(tool.name, tool);
    }
    const entries = this.#entries();
    for (const { id } of entries) {
      if (this.#ids.has(id)) this.#report(`steps.${id}`, "the step is given twice");
      this.#ids.add(id);
    }
    if (!this.#ids.has(start)) {
      this.#report("start", `unknown step ${quote(start)}: expected ${oneOf(this.#ids)}`);
    }
    const steps = new Map<string, Step>();
    for (const entry of entries) steps.set(entry.id, this.#step(entry));
    return { steps, start };
  }

  #report(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  #entries(): readonly Entry[] {
    const { steps } = this.#options;
    const given: [name: unknown, step: unknown][] = Array.isArray(steps)
      ? steps.map((step, index) => [step?.id ?? index, step])
      : Object.entries(steps ?? {}).map((
        [id, step],
      ) => [id, isPlainObject(step) ? { ...step, id } : step]);
    if (given.length === 0) this.#report("steps", "expected at least one step");
    return given.flatMap(([name, step]) => {
      const { fields, problems } = shapeStep(step, `steps.${String(name)}`);
      this.problems.push(...problems);
      // What is wrong with a step's other fields is told all the same.
      return typeof fields.id === "string" ? [fields as unknown as Entry] : [];
    });
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

  #step(entry: Entry): Step {
    const path = `steps.${entry.id}`;
    const { auto = false, end = true, suggestions = false } = entry;
    const routes = this.#routes(`${path}.routes`, entry.routes);
    const tools = this.#stepTools(`${path}.tools`, entry.tools ?? []);
    if (auto && suggestions) {
      this.#report(path, "a step with auto never responds: expected no suggestions");
    }
    if (auto && entry.answer !== undefined) {
      this.#report(path, "a step with auto never responds: expected no answer");
    }
    if (auto && end === false && routes.length === 0 && tools.length === 0) {
      this.#report(path, "nothing is ever legal: expected a route, a tool, end, or no auto");
    }
    return {
      id: entry.id,
      description: entry.description,
      routes,
      tools,
      answer: this.#answer(path, entry),
      auto,
      end,
      suggestions,
      persona: entry.persona,
      llm: this.#llm(`${path}.llm`, entry.llm),
      examples: this.#examples(path, entry),
      reasoning: entry.reasoning ?? this.#options.reasoning,
      ...offersOf(routes, tools),
    };
  }

  #routes(path: string, routes: Routes<string, never> = []): readonly Route[] {
    const given: [name: unknown, route: unknown][] = Array.isArray(routes)
      ? (routes as readonly Partial<RouteEntry<string, never>>[]).map((
        route,
        index,
      ) => [route?.to ?? index, route])
      : Object.entries(routes).map(([to, route]) => {
        if (typeof route === "string") return [to, { to, when: route }];
        return [to, isPlainObject(route) ? { ...route, to } : route];
      });
    const seen = new Set<string>();
    return given.flatMap(([name, route]) => {
      const here = `${path}.${String(name)}`;
      const { fields, problems } = shapeRoute(route, here);
      this.problems.push(...problems);
      const { to, when, guard } = fields as unknown as RouteEntry<string, never>;
      if (to === undefined) return [];
      if (!this.#ids.has(to)) {
        this.#report(here, `unknown step ${quote(to)}: expected ${oneOf(this.#ids)}`);
      } else if (seen.has(to)) {
        this.#report(here, "the target has two routes: expected one, with both conditions");
      } else if (problems.length === 0) {
        seen.add(to);
        return [{ to, when, guard }];
      }
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

  #answer(path: string, { id, answer }: Entry): WireSchema | undefined {
    if (answer === undefined) return undefined;
    try {
      return WireSchema.of(answer, `the answer of step ${quote(id)}`);
    } catch (error) {
      this.#report(`${path}.answer`, (error as Error).message);
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

  #examples(path: string, { examples = [] }: Entry): Step["examples"] {
    const needsEmbedding = examples.some(({ show }) => show === "similar");
    if (needsEmbedding && this.#options.models.get("default")?.embed === undefined) {
      this.#report(
        `${path}.examples`,
        'an example is shown when "similar": expected the default model to have embed()',
      );
    }
    // As they are now: a decision is data, so this copies all of it.
    return examples.length === 0 ? [] : structuredClone(examples) as Step["examples"];
  }
}

function oneOf(names: Iterable<string>): string {
  const quoted = [...names].map(quote);
  if (quoted.length === 0) return "one that is there";
  return quoted.length === 1 ? quoted[0]! : `one of ${quoted.join(", ")}`;
}
