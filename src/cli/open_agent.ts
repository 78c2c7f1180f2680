/**
 * Opening the agent of a command, from an agent file or a module.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { coreOf } from "../agent/build_core.ts";
import type { AgentChanges } from "../agent/change_core.ts";
import type { AgentModule, ExportedAgent } from "../config/agent_module.ts";
import { describeImportError } from "../config/author_error.ts";
import { listModels } from "../config/format/model_names.ts";
import { withPlaceholders } from "../config/model/placeholders.ts";
import { type ConfigFile, readConfig } from "../config/read_config.ts";
import { type ConfigProblem, formatWarning } from "../config/text/problem.ts";
import { importInTime } from "../config/tool/import_in_time.ts";
import { quote } from "../errors.ts";
import type { LLM } from "../llm/llm.ts";
import { playPrices, withSchemaProfile } from "../testing/play/played_core.ts";
import { CommandError } from "./exit_code.ts";
import type { Project } from "./project.ts";
import type { Output } from "./terminal/output.ts";
import { shown } from "./terminal/shown.ts";

/** Options of {@linkcode openAgent}. */
export interface OpenAgentOptions {
  /** Model that plays all models of the agent, with the schemas that they accept. Default: its own. */
  readonly player?: LLM | undefined;
  /**
   * If true, the models of an agent file may lack their keys, because they are not called.
   * `@default {false}`
   */
  readonly withoutKeys?: boolean;
  /** If true, flows of an agent file are left out. `@default {false}` */
  readonly ignoreFlows?: boolean;
  /** Called with each part of an agent file that is ignored. */
  readonly onWarning: (warning: ConfigProblem) => void;
  /** Called with a sentence about a choice that was made for the user. */
  readonly onNote: (text: string) => void;
}

/** Returns the callbacks that print warnings and choices as notes, each warning once. */
export function printNotes(output: Output): Pick<OpenAgentOptions, "onWarning" | "onNote"> {
  const printed = new Set<string>();
  return {
    onWarning: (warning) => {
      const text = shown(formatWarning(warning));
      if (!printed.has(text)) output.note(text);
      printed.add(text);
    },
    onNote: (text) => output.note(shown(text)),
  };
}

/** Agent of a command. */
export interface OpenedAgent {
  /** The agent. It may come from another copy of this package, so that `instanceof` fails. */
  readonly agent: ExportedAgent;
  /** Agent file, if it comes from one. */
  readonly file?: ConfigFile;
  /** Returns the option `context` of a session; an empty object if the agent needs none. */
  openContext(sessionId: string): Promise<{ readonly context?: unknown }>;
  /** Closes what the module opened. */
  close(): Promise<void>;
}

/**
 * Opens the agent of a command.
 *
 * @throws {ConfigFileError} listing every problem of an agent file.
 * @throws {CommandError} if a module cannot be loaded, or has no agent.
 */
export async function openAgent(
  project: Project,
  options: OpenAgentOptions,
): Promise<OpenedAgent> {
  return project.isModule ? await openModule(project, options) : await openFile(project, options);
}

async function openFile(
  { path }: Project,
  { player, withoutKeys = false, ignoreFlows = false, onWarning }: OpenAgentOptions,
): Promise<OpenedAgent> {
  const [{ loadAgent }, { createPlayedModels }, { Source }, { hasOpenTypes }] = await Promise.all([
    import("../config/load_agent.ts"),
    import("../config/test_file/file_models.ts"),
    import("../config/text/source.ts"),
    import("../config/format/open_types.ts"),
  ]);
  const file = await readConfig(path, { ignoreFlows });
  const { config } = file;
  const source = new Source(path, file.text);
  const models = { source, llm: config.llm, isOpen: hasOpenTypes(config) };
  const agent = await loadAgent(file, {
    ignoreFlows,
    onConfigWarning: onWarning,
    ...withoutKeys && { env: withPlaceholders(listModels(config)) },
    ...player !== undefined && {
      llm: await createPlayedModels(player, models),
      // The table of prices takes long to load.
      cost: () => 0,
    },
  });
  return {
    agent: agent as ExportedAgent,
    file,
    openContext: () => Promise.resolve({}),
    close: () => Promise.resolve(),
  };
}

async function openModule(project: Project, options: OpenAgentOptions): Promise<OpenedAgent> {
  const module = await importModule(project);
  const exported = await takeAgent(module, project, options);
  const { context, close } = module as Partial<AgentModule>;
  return {
    agent: options.player === undefined ? exported : withPlayer(exported, options.player),
    openContext: async (sessionId) => {
      return typeof context === "function" ? { context: await context({ sessionId }) } : {};
    },
    close: async () => {
      if (typeof close === "function") await close();
    },
  };
}

async function importModule({ path }: Project): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await importInTime(pathToFileURL(resolve(path)).href);
  } catch (cause) {
    throw new CommandError(`Cannot load ${quote(path)}: ${describeImportError(cause, path)}`, {
      code: "MODULE_FAILED",
      cause,
    });
  }
}

/** Returns the agent that a module exports. */
async function takeAgent(
  module: Readonly<Record<string, unknown>>,
  { path, export: name }: Project,
  { onNote }: OpenAgentOptions,
): Promise<ExportedAgent> {
  const names = Object.keys(module).filter((key) => isAgent(module[key]));
  const list = names.map((one) => `${path}#${one}`).join(", ");
  const chosen = name ?? ("default" in module ? "default" : names[0]);
  if (chosen === undefined || !Object.hasOwn(module, chosen)) {
    const what = name === undefined ? "an agent" : `the export ${quote(name)}`;
    throw new CommandError(
      `Cannot find ${what} in ${quote(path)}: expected ` +
        (names.length > 0
          ? `one of ${list}`
          : "export default new Agent({ … }), or a function that returns one"),
      { code: "AGENT_NOT_FOUND" },
    );
  }
  if (name === undefined && chosen !== "default") {
    if (names.length > 1) {
      throw new CommandError(
        `Cannot choose an agent of ${quote(path)}: expected one of ${list}`,
        { code: "AGENT_AMBIGUOUS" },
      );
    }
    onNote(`Using ${path}#${chosen}, the only export that is an agent`);
  }
  const value = module[chosen];
  const agent = typeof value === "function" && !isAgent(value)
    ? await callExport(value, path)
    : value;
  if (isAgent(agent)) return agent;
  throw new CommandError(
    `Cannot use the export ${quote(chosen)} of ${quote(path)}: it is ${quote(agent)}: ` +
      "expected an Agent, or a function that returns one",
    { code: "AGENT_NOT_FOUND" },
  );
}

async function callExport(create: CallableFunction, path: string): Promise<unknown> {
  try {
    return await create();
  } catch (cause) {
    throw new CommandError(
      `Cannot create the agent of ${quote(path)}: ${describeImportError(cause, path)}`,
      { code: "MODULE_FAILED", cause },
    );
  }
}

/** Returns true for an agent of any copy of this package. */
function isAgent(value: unknown): value is ExportedAgent {
  const { name, createSession, openSession, diagram } = Object(value) as Partial<ExportedAgent>;
  return typeof name === "string" && typeof createSession === "function" &&
    typeof openSession === "function" && typeof diagram === "function";
}

/**
 * Returns the agent with a model that plays all of its models, with the schemas that they accept.
 *
 * @throws {CommandError} if it comes from an older version of this package.
 */
export function withPlayer(agent: ExportedAgent, player: LLM): ExportedAgent {
  // Of an agent of another copy of this package, the models are not known.
  const { models, cost } = coreOf(agent) ?? {};
  const llm = models === undefined ? player : Object.fromEntries(
    [...models].map(([name, model]) => [name, withSchemaProfile(model, player)]),
  );
  return changeAgent(agent, { llm, ...cost && { cost: playPrices(cost) } });
}

/**
 * Returns the agent with other options.
 *
 * @throws {CommandError} if it comes from an older version of this package.
 */
export function changeAgent(agent: ExportedAgent, changes: AgentChanges): ExportedAgent {
  if (typeof agent.with === "function") return agent.with(changes);
  throw new CommandError(
    `Cannot change agent ${quote(agent.name)}: its version of @nomos/agent has no agent.with(). ` +
      "Update it: deno update --latest @nomos/agent",
    { code: "VERSION_MISMATCH" },
  );
}
