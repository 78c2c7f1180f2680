/**
 * Checking an agent: all problems and warnings with their places, its graph and what it needs.
 *
 * @module
 */
import { relative } from "node:path";
import { coreOf } from "../../agent/build_core.ts";
import { describeImportError } from "../../config/author_error.ts";
import { inspect } from "../../config/check/inspect.ts";
import type { Inspection } from "../../config/check/inspection.ts";
import { listModels } from "../../config/format/model_names.ts";
import { loadAgent } from "../../config/load_agent.ts";
import { withPlaceholders } from "../../config/model/placeholders.ts";
import { type Permissions, requiredPermissions } from "../../config/permissions.ts";
import { readText } from "../../config/text/files.ts";
import { ConfigFileError, type ConfigProblem } from "../../config/text/problem.ts";
import { readProcessVariable } from "../../config/text/variables.ts";
import type { GraphError } from "../../errors.ts";
import { findWarnings } from "../../graph/reachability.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { CommandError } from "../exit_code.ts";
import { openAgent } from "../open_agent.ts";
import { subtract, unite } from "../permissions.ts";
import type { Project } from "../project.ts";

/** Result of checking an agent. */
export interface CheckedAgent {
  /** Name of the agent; undefined if it is not known. */
  readonly name?: string;
  /** The agent; undefined if there are errors. */
  readonly agent?: object;
  /** Core of the agent; undefined if there are errors, or if another copy of the package made it. */
  readonly core?: AgentCore;
  /** Problems that prevent the use of the agent. */
  readonly errors: readonly ConfigProblem[];
  /** Parts that are ignored, and steps that cannot be reached or left. */
  readonly warnings: readonly ConfigProblem[];
  /** Permissions that the agent needs; undefined if it is a module, whose code decides it. */
  readonly permissions?: Permissions;
  /** Context of a session, for an exploration; undefined if the agent needs none. */
  readonly context?: unknown;
  /** Returns the place of a step. */
  locateStep(step: string): Pick<ConfigProblem, "file" | "line" | "column" | "path">;
  /** Closes what a module opened. */
  close(): Promise<void>;
}

/** Parts of every result of a check that found errors, or an agent that opened nothing. */
const NOTHING_OPEN = { close: () => Promise.resolve() } as const;

/** Options of a check. */
interface CheckOptions {
  /** If true, flows of an agent file are left out. */
  readonly ignoreFlows: boolean;
  /** If true, the module's context is opened. */
  readonly opensContext: boolean;
  /** Called with a sentence about a choice that was made for the user. */
  readonly onNote: (text: string) => void;
}

/** Checks the agent of a project. */
export async function checkAgent(
  project: Project,
  options: CheckOptions,
): Promise<CheckedAgent> {
  const { path } = project;
  const locateStep = (step: string) => {
    return { file: path, line: 1, column: 1, path: `steps.${step}` };
  };
  try {
    return project.isModule
      ? await checkModule(project, options, locateStep)
      : await checkFile(project, options);
  } catch (error) {
    const unusable = { locateStep, ...NOTHING_OPEN };
    if (error instanceof ConfigFileError) {
      return { errors: error.problems, warnings: sort(error.warnings), ...unusable };
    }
    if (!(error instanceof CommandError)) throw error;
    return { errors: describeFailure(project, error), warnings: [], ...unusable };
  }
}

async function checkFile(
  project: Project,
  { ignoreFlows }: CheckOptions,
): Promise<CheckedAgent> {
  const { path, text } = await readText(project.path);
  const inspection = inspect(path, text, { ignoreFlows });
  const { config } = inspection;
  const locateStep = (step: string) => locate(inspection, step);
  const name = typeof config?.name === "string" ? { name: config.name } : {};
  const known = { ...name, locateStep, ...NOTHING_OPEN };
  const warnings: ConfigProblem[] = [];
  const hasModels = inspection.isWellFormed("llm") && inspection.isWellFormed("embedding_model");
  try {
    const agent = await loadAgent({ path, text }, {
      ignoreFlows,
      // An agent is checked where there are no keys.
      env: withPlaceholders(hasModels ? listModels(inspection.config) : []),
      // Only limits need prices, whose table takes long to load.
      ...!limitsCost(inspection) && { cost: () => undefined },
      onConfigWarning: (warning) => warnings.push(warning),
    });
    const core = coreOf(agent)!;
    for (const { step, message } of findWarnings(core.graph)) {
      warnings.push({ ...locateStep(step), message });
    }
    const permissions = listPermissions(project, { path, config });
    return { ...known, agent, core, errors: [], warnings: sort(warnings), permissions };
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    return { ...known, errors: error.problems, warnings: sort(error.warnings) };
  }
}

function sort(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** Returns the place of a step in an agent file. */
function locate(
  { source, config }: Inspection,
  step: string,
): ReturnType<CheckedAgent["locateStep"]> {
  const index = config.steps.findIndex(({ step_id }) => step_id === step);
  return source.locate(index < 0 ? [] : ["steps", index], { message: "" });
}

function limitsCost({ config }: Inspection): boolean {
  const { turn, session } = config?.limits ?? {};
  return turn?.cost !== undefined || session?.cost !== undefined;
}

/** Lists the permissions that the agent of a file needs, with paths relative to the working directory. */
function listPermissions(
  { root }: Project,
  file: Parameters<typeof requiredPermissions>[0],
): Permissions {
  const folder = { read: [relative("", root) || "."] };
  return unite(folder, subtract(requiredPermissions(file, readProcessVariable), folder));
}

async function checkModule(
  project: Project,
  { opensContext, onNote }: CheckOptions,
  locateStep: CheckedAgent["locateStep"],
): Promise<CheckedAgent> {
  const opened = await openAgent(project, { onWarning: () => {}, onNote });
  const { agent } = opened;
  const core = coreOf(agent);
  const warnings = core === undefined
    ? agent.warnings.map((message) => ({ ...locateStep(""), path: "", message }))
    : findWarnings(core.graph).map(({ step, message }) => ({ ...locateStep(step), message }));
  return {
    name: agent.name,
    agent,
    ...core !== undefined && { core },
    errors: [],
    warnings,
    locateStep,
    ...opensContext && await opened.openContext("validate"),
    close: () => opened.close(),
  };
}

/** Place in a module at the beginning of a message; in that about a denied access, it is the subject. */
const PLACE_REGEXP = /^(\S+?\.[cm]?[jt]sx?):(\d+)(?::(\d+))?:? /;

/** Returns the problems of a module that cannot be used. */
function describeFailure(
  { path }: Project,
  { cause, message }: CommandError,
): readonly ConfigProblem[] {
  const text = cause === undefined ? message : describeImportError(cause, path);
  const [lead = "", file = path, line = "1", column = "1"] = PLACE_REGEXP.exec(text) ?? [];
  const place = { file, line: Number(line), column: Number(column) };
  // Of another copy of the package, it is not an instance of this class.
  const { problems } = Object(cause) as Partial<GraphError>;
  if (Array.isArray(problems)) return problems.map((problem) => ({ ...place, ...problem }));
  return [{ ...place, path: "", message: text.slice(lead.length) }];
}
