/**
 * Validation of an author's steps, and the graph that is built from them.
 *
 * @module
 */
import { GraphError, type GraphProblem, quote } from "../errors.ts";
import type { LLM } from "../llm/llm.ts";
import * as option from "../schema/option_shape.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import { WireSchema } from "../schema/wire_schema.ts";
import type { StepTool } from "../tool/tool_internals.ts";
import { buildOfferFields, type Graph, type Route, type Step } from "./graph.ts";
import { GraphTools, listSchemas, readDataSchemas } from "./graph_tools.ts";
import { type HistoryOptions, historyShape, NO_BOUNDS, toBounds } from "./history_options.ts";
import {
  type Example,
  type RouteOptions,
  routeShape,
  type StepOptions,
  stepShape,
  type Text,
} from "./step.ts";

type StepFields = Partial<StepOptions<string, never, never>>;

/** Options of an agent from which its graph is built. */
interface GraphOptions {
  /** Name of the agent, for messages. */
  readonly name: string;
  /** Id of the first step. */
  readonly start: string;
  /** Steps by id. */
  readonly steps: Readonly<Record<string, StepOptions<string, never, never>>>;
  /** Ids of steps by the former ids that they replace. */
  readonly renamedSteps: Readonly<Record<string, string>>;
  /** Tools that steps may refer to by name. */
  readonly tools: readonly StepTool[];
  /** LLMs by name, among them `default`. */
  readonly models: ReadonlyMap<string, LLM>;
  /** True if similar examples are found without an embedding. */
  readonly comparesText: boolean;
  /** Default of the steps' option `reasoning`. */
  readonly reasoning: boolean;
  /** General instruction of the agent. */
  readonly system: Text<never, never> | undefined;
  /** Persona of the agent. */
  readonly persona: Text<never, never> | undefined;
  /** Schema of the data, from the agent's options. */
  readonly data: StandardSchema | undefined;
  /** Default bounds of the history. */
  readonly history: HistoryOptions | undefined;
  /** Schema of the context, from the agent's options. */
  readonly context: StandardSchema | undefined;
}

/**
 * Builds the graph.
 *
 * @throws {GraphError} with every problem: an unknown start, target, tool, model or option;
 * a former step that leads to no step, or that the graph has; a tool name used twice;
 * contradicting options of a step; a step without a legal action; a tool that needs other data.
 * @throws {ConfigError} if the data schema is asynchronous, returns other values than JSON, or does
 * not accept its own output.
 */
export function buildGraph(options: GraphOptions): Graph {
  const builder = new GraphBuilder(options);
  const graph = builder.build();
  if (builder.problems.length > 0) throw new GraphError(options.name, builder.problems);
  return graph;
}

/** Problem of similar examples that cannot be chosen. */
export const CANNOT_EMBED: string =
  'an example has show: "similar", but the default model cannot embed: expected an LLM ' +
  'with embed(), the agent\'s option "exampleSimilarity", or show: "always"';

class GraphBuilder {
  readonly problems: GraphProblem[] = [];
  readonly #options: GraphOptions;
  readonly #report = (path: string, message: string): void => {
    this.problems.push({ path, message });
  };
  readonly #tools: GraphTools;
  readonly #ids = new Set<string>();
  /** Default persona of the steps; undefined if the agent's is in the first message. */
  #persona: Text<never, never> | undefined;
  /** Default bounds of the history; undefined if the agent sets none. */
  #history: HistoryOptions | undefined;

  constructor(options: GraphOptions) {
    this.#options = options;
    this.#tools = new GraphTools(options.tools, this.#report);
  }

  build(): Graph {
    const { start } = this.#options;
    const entries = this.#readSteps();
    for (const id of entries.keys()) this.#ids.add(id);
    this.#checkStep("start", start);
    this.#checkRenamed();
    const { persona } = this.#options;
    const hasStepPersona = [...entries.values()].some(({ persona }) => persona !== undefined);
    if (hasStepPersona || typeof persona === "function") this.#persona = persona;
    this.#history = this.#readHistory("history", this.#options.history);
    const steps = new Map<string, Step>();
    for (const [id, entry] of entries) steps.set(id, this.#buildStep(id, entry));
    const agent = this.#options;
    const tools = this.#tools.all;
    const data = readDataSchemas(agent, tools, this.#report);
    return { steps, start, contexts: listSchemas("context", agent, tools), data };
  }

  /** Returns true if there is a step with that id, and reports it otherwise. */
  #checkStep(path: string, id: unknown): boolean {
    if (this.#ids.has(id as string)) return true;
    const near = typeof id === "string" ? option.suggestNearest(id, this.#ids) : "";
    this.#report(path, `unknown step ${quote(id)}: expected ${option.oneOf(this.#ids)}${near}`);
    return false;
  }

  #checkRenamed(): void {
    const { renamedSteps } = this.#options;
    if (!option.isRecord(renamedSteps)) {
      const expected = "expected an object of step ids by former ids";
      return this.#report("renamedSteps", `it is ${quote(renamedSteps)}: ${expected}`);
    }
    for (const [former, id] of Object.entries(renamedSteps)) {
      const path = `renamedSteps.${former}`;
      if (this.#ids.has(former)) {
        this.#report(path, `the agent has a step ${quote(former)}: expected an id that it lacks`);
      }
      this.#checkStep(path, id);
    }
  }

  #read<Options>(
    shape: option.OptionShape<Options>,
    options: unknown,
    path: string,
  ): Partial<Options> {
    const { usable, problems } = option.readOptions(shape, options, path);
    this.problems.push(...problems);
    return usable;
  }

  /** Returns the valid options of each step, and reports the invalid ones. */
  #readSteps(): ReadonlyMap<string, StepFields> {
    const { steps } = this.#options;
    const given = option.isRecord(steps) ? Object.entries(steps) : [];
    if (given.length === 0) {
      const what = option.isRecord(steps) ? "an empty object" : quote(steps);
      this.#report("steps", `it is ${what}: expected an object of steps by id`);
    }
    const entries = new Map<string, StepFields>();
    for (const [id, step] of given) {
      if (id === "") this.#report("steps", "the id of a step is empty: expected text");
      entries.set(id, this.#read(stepShape, step, `steps.${id}`) as StepFields);
    }
    return entries;
  }

  #buildStep(id: string, fields: StepFields): Step {
    const path = `steps.${id}`;
    const { system } = this.#options;
    const { description = "", auto = false, end = true, suggestions = false } = fields;
    const routes = this.#buildRoutes(`${path}.routes`, fields.routes ?? {});
    const tools = this.#tools.findStepTools(`${path}.tools`, fields.tools ?? []);
    if (auto && suggestions) {
      this.#report(path, 'a step with "auto" never responds: leave out "suggestions" or "auto"');
    }
    if (auto && fields.answer !== undefined) {
      this.#report(path, 'a step with "auto" never responds: leave out "answer" or "auto"');
    }
    if (auto && end === false && routes.length === 0 && tools.length === 0) {
      this.#report(
        path,
        'no action is ever legal: add a route or a tool, or leave out "auto" or "end: false"',
      );
    }
    const texts = {
      system: typeof system === "function" ? system : undefined,
      description,
      persona: fields.persona ?? this.#persona,
    };
    return {
      id,
      ...texts,
      isDynamic: Object.values(texts).some((text) => typeof text === "function"),
      routes,
      tools,
      answer: this.#readAnswer(id, fields.answer),
      auto,
      end,
      suggestions,
      llm: this.#findModel(`${path}.llm`, fields.llm),
      model: fields.llm ?? "default",
      history: this.#buildHistory(`${path}.history`, fields.history),
      examples: this.#readExamples(`${path}.examples`, fields.examples),
      reasoning: fields.reasoning ?? this.#options.reasoning,
      ...buildOfferFields(routes, tools),
    };
  }

  #buildRoutes(path: string, routes: object): readonly Route[] {
    return Object.entries(routes).flatMap(([to, given]) => {
      const here = `${path}.${to}`;
      const options = typeof given === "string" ? { when: given } : given;
      const { when = "", guard } = this.#read<RouteOptions<never, never>>(
        routeShape,
        options,
        here,
      );
      return this.#checkStep(here, to) ? [{ to, when, guard }] : [];
    });
  }

  #readAnswer(id: string, answer: StandardSchema | undefined): WireSchema | undefined {
    if (answer === undefined) return undefined;
    try {
      return WireSchema.of(answer, `the answer of step ${quote(id)}`);
    } catch (error) {
      this.#report(`steps.${id}.answer`, (error as Error).message);
      return undefined;
    }
  }

  #readHistory(path: string, given: HistoryOptions | undefined): HistoryOptions | undefined {
    return given === undefined ? undefined : this.#read(historyShape, given, path);
  }

  #buildHistory(path: string, given: HistoryOptions | undefined): Step["history"] {
    const own = this.#readHistory(path, given);
    return own === undefined && this.#history === undefined
      ? NO_BOUNDS
      : toBounds({ ...this.#history, ...own });
  }

  #findModel(path: string, name = "default"): LLM {
    const { models } = this.#options;
    const llm = models.get(name);
    if (llm !== undefined) return llm;
    this.#report(path, `unknown model ${quote(name)}: expected ${option.oneOf(models.keys())}`);
    return undefined as never;
  }

  #readExamples(path: string, examples: readonly Example[] = []): Step["examples"] {
    const { models, comparesText } = this.#options;
    const needsEmbedding = !comparesText && examples.some(({ show }) => show === "similar");
    if (needsEmbedding && models.get("default")?.embed === undefined) {
      this.#report(path, CANNOT_EMBED);
    }
    // Copied, because the author may change the objects later.
    return examples.length === 0 ? [] : structuredClone(examples);
  }
}
