/**
 * From an author's steps to a validated graph, with every problem named at once.
 *
 * @module
 */
import { WireSchema } from "../decision/wire_schema.ts";
import { GraphError, type GraphProblem } from "../errors.ts";
import type { LLM } from "../llm/llm.ts";
import { type AnyTool, Tool } from "../tool/tool.ts";
import type { Graph, Route, Step } from "./graph.ts";
import type { RouteEntry, Routes, StepEntry, StepOptions, Steps } from "./step.ts";

/** What a graph is built from. */
export interface GraphOptions {
  /** The agent's name, for messages. */
  readonly name: string;
  /** The first step. */
  readonly start: string;
  /** The steps. */
  readonly steps: Steps;
  /** Tools that steps may name. */
  readonly tools: readonly AnyTool[];
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
  readonly #tools = new Map<string, AnyTool>();
  readonly #ids = new Set<string>();

  constructor(options: GraphOptions) {
    this.#options = options;
  }

  build(): Graph {
    const { start, tools } = this.#options;
    for (const [index, tool] of tools.entries()) this.#addTool(`tools.${index}`, tool);
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

  #entries(): readonly StepEntry[] {
    const { steps } = this.#options;
    const isList = Array.isArray(steps);
    const entries: unknown[] = isList ? [...steps] : Object.entries(steps ?? {}).map(
      ([id, step]) => ({ ...step as StepOptions, id }),
    );
    if (entries.length === 0) this.#report("steps", "expected at least one step");
    return (entries as Partial<StepEntry>[]).filter((entry, index): entry is StepEntry => {
      const path = `steps.${entry?.id ?? index}`;
      const isNamed = typeof entry?.id === "string" && entry.id !== "";
      if (!isNamed) this.#report(path, "expected an id, a text that is not empty");
      const isDescribed = typeof entry?.description === "string";
      if (!isDescribed) this.#report(path, "expected a description");
      return isNamed && isDescribed;
    });
  }

  #addTool(path: string, tool: AnyTool): boolean {
    if (!(tool instanceof Tool)) {
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

  #step(entry: StepEntry): Step {
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
      isGuarded: routes.some(({ guard }) => guard !== undefined) ||
        tools.some(({ available }) => available !== undefined),
      schemas: new Map(),
      messages: new Map(),
    };
  }

  #routes(path: string, routes: Routes = []): readonly Route[] {
    const entries: Partial<RouteEntry>[] = Array.isArray(routes)
      ? [...routes as readonly RouteEntry[]]
      : Object.entries(routes).map(([to, route]) =>
        typeof route === "string" ? { to, when: route } : { ...route as RouteEntry, to }
      );
    const seen = new Set<string>();
    return entries.flatMap(({ to, when, guard }, index) => {
      const here = `${path}.${to ?? index}`;
      if (typeof to !== "string" || !this.#ids.has(to)) {
        this.#report(here, `unknown step ${quote(to)}: expected ${oneOf(this.#ids)}`);
      } else if (seen.has(to)) {
        this.#report(here, "the target has two routes: expected one, with both conditions");
      } else if (typeof when !== "string") {
        this.#report(here, `expected "when", a text that says when to take the route`);
      } else {
        seen.add(to);
        return [{ to, when, guard }];
      }
      return [];
    });
  }

  #stepTools(path: string, tools: readonly (string | AnyTool)[]): readonly AnyTool[] {
    const found = new Map<string, AnyTool>();
    for (const [index, given] of tools.entries()) {
      const here = `${path}.${index}`;
      if (typeof given !== "string") {
        if (this.#addTool(here, given)) found.set(given.name, given);
        continue;
      }
      const tool = this.#options.tools.find(({ name }) => name === given);
      if (tool === undefined) {
        const known = oneOf(this.#options.tools.map(({ name }) => name));
        this.#report(here, `unknown tool ${quote(given)}: expected a Tool or ${known}`);
      } else found.set(given, tool);
    }
    return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  #answer(path: string, { id, answer }: StepEntry): WireSchema | undefined {
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

  #examples(path: string, { examples = [] }: StepEntry): Step["examples"] {
    const needsEmbedding = examples.some(({ show }) => show === "similar");
    if (needsEmbedding && this.#options.models.get("default")?.embed === undefined) {
      this.#report(
        `${path}.examples`,
        'an example is shown when "similar": expected the default model to have embed()',
      );
    }
    return [...examples];
  }
}

function quote(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

function oneOf(names: Iterable<string>): string {
  const quoted = [...names].map(quote);
  if (quoted.length === 0) return "none, for there is none";
  return quoted.length === 1 ? quoted[0]! : `one of ${quoted.join(", ")}`;
}
