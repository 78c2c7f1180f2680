/**
 * A new project from an agent file, of Nomos for example: its tools become TypeScript.
 *
 * @module
 */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, normalize, relative, resolve } from "node:path";
import { inspect } from "../../config/check/inspect.ts";
import type { AgentConfig, ExternalToolConfig } from "../../config/format/agent_config.ts";
import { listModels } from "../../config/format/model_names.ts";
import { nameTool, parseTag } from "../../config/format/tool_tag.ts";
import { PROVIDERS } from "../../config/model/providers.ts";
import { editText } from "../../config/save_config.ts";
import { readText } from "../../config/text/files.ts";
import { ConfigFileError } from "../../config/text/problem.ts";
import { findVariable, listVariables } from "../../config/text/variables.ts";
import { writeStubs } from "../../config/tool/tool_stubs.ts";
import { quote } from "../../errors.ts";
import { CommandError, UsageError } from "../exit_code.ts";
import type { OptionsOf } from "../flags.ts";
import type { NewAgent } from "./new_agent.ts";
import { PACKAGES } from "./templates.ts";
import { MODELS } from "./vendors.ts";

/** Module that Deno can import. */
const MODULE = /\.[cm]?[jt]s$/;
/** Package, which is not copied. */
const PACKAGE = /^[a-z]{2,}:/i;

/**
 * Takes the agent of an agent file: its text with another list of tool files, a module with the
 * signatures of its Python tools and of external ones that cannot be loaded, and copies of the other
 * files that it names. A conversation and tests beside it are copied too; otherwise, ones with a single
 * answer are written.
 *
 * @param target Folder of the new project. It may be that of the agent file.
 * @throws {ConfigFileError} listing every problem of the file.
 * @throws {CommandError} if it names a file that is missing, or outside its folder.
 */
export async function takeAgent(
  path: string,
  target: string,
  { template, provider, ts }: Partial<OptionsOf<"init">> = {},
): Promise<NewAgent> {
  const unused = Object.entries({ template, provider, ts }).find(([, value]) => value);
  if (unused !== undefined) {
    throw new UsageError(
      `Cannot use --${unused[0]} with --from: expected one of the two, because the file has both`,
    );
  }
  const { path: read, text } = await readText(path);
  const { config: given, problems, warnings } = inspect(read, text, {
    ignoreFlows: true,
    ignoreTags: true,
  });
  if (problems.length > 0) throw new ConfigFileError(problems, warnings);
  const isUsable = ({ tag }: ExternalToolConfig) => !("problem" in parseTag(tag));
  const external_tools = given.tools.external_tools.filter(isUsable);
  const config = { ...given, tools: { ...given.tools, external_tools } };
  const left = given.tools.external_tools.filter((tool) => !isUsable(tool));
  const files = new Map<string, string>();
  const notes: string[] = [];
  const folder = dirname(path);
  const kept = new Set<string>();
  const copy = (name: string) => {
    const [path, text] = readBeside(folder, name);
    files.set(path, text);
    if (resolve(folder, path) === resolve(target, path)) kept.add(path);
  };
  const { tool_files } = config.tools;
  const isModule = (name: string) => PACKAGE.test(name) || MODULE.test(name);
  const modules = tool_files.filter(isModule);
  const python = tool_files.filter((name) => !isModule(name));
  for (const name of [...modules, ...listModules(config), ...Object.values(config.schemas)]) {
    if (!PACKAGE.test(name)) copy(name);
  }
  const missing = python.length + left.length > 0
    ? listMissingTools(config, [...files.values()])
    : [];
  const stubs = files.has("tools.ts") ? "python_tools.ts" : "tools.ts";
  const sources = [...python, ...left.map(({ tag }) => tag)];
  const list = new Intl.ListFormat("en").format(sources);
  if (missing.length > 0) {
    files.set(stubs, writeStubs(missing, config.tools.tool_defs));
    notes.push(`${stubs} has the signatures of ${list}. Write the bodies of its functions.`);
  } else if (left.length > 0) notes.push(`Left out, because no step has their tools: ${list}.`);
  if (config.flows.length > 0) notes.push("The flows were left out: they are not supported yet.");
  const { llm = { provider: "openai", model: MODELS.openai, kwargs: {} } } = config;
  if (config.llm === undefined) notes.push("The agent file names no model: llm was added to it.");
  const agent = editText({ path: read, text }, {
    ...config,
    llm,
    flows: [],
    tools: { ...config.tools, tool_files: missing.length > 0 ? [...modules, stubs] : modules },
  });
  const script = writeFirstAnswer(config);
  for (const name of ["conversation.yaml", "tests.agent.yaml"] as const) {
    if (existsSync(join(folder, name))) copy(name);
    else if (script !== undefined) files.set(name, script[name]);
  }
  return {
    files: new Map([["agent.yaml", agent], ...files]),
    kept,
    variables: [...new Set([...listKeys({ ...config, llm }), ...listVariables(config)])],
    flags: [],
    packages: { valibot: PACKAGES.valibot },
    notes,
  };
}

/** Returns the name and text of a file that an agent file names. */
function readBeside(folder: string, name: string): [name: string, text: string] {
  const path = normalize(name);
  try {
    // A link may lead out of the folder too.
    const way = relative(realpathSync(folder), realpathSync(resolve(folder, path)));
    if (isWithin(path) && isWithin(way)) {
      return [path, readFileSync(join(folder, path), "utf8")];
    }
  } catch (cause) {
    throw new CommandError(
      `Cannot copy ${quote(name)}, which the agent file names: expected a file in ${quote(folder)}`,
      { cause },
    );
  }
  throw new CommandError(
    `Cannot copy ${quote(name)}: it is outside the folder of the agent file: ` +
      "expected a file beside it. Move it there first",
  );
}

function isWithin(path: string): boolean {
  return !isAbsolute(path) && path.split(/[/\\]/)[0] !== "..";
}

/** Lists the relative modules of external tools. */
function listModules({ tools }: AgentConfig): readonly string[] {
  return tools.external_tools.flatMap(({ tag }) => {
    const parsed = parseTag(tag);
    return "specifier" in parsed && parsed.specifier.startsWith(".") ? [parsed.specifier] : [];
  });
}

/** Lists the tools that no package and no copied module has. */
function listMissingTools(
  { steps, tools }: AgentConfig,
  modules: readonly string[],
): readonly string[] {
  const external = tools.external_tools.map(({ tag, name }) => {
    const parsed = parseTag(tag);
    return name ?? ("name" in parsed ? nameTool(parsed) : "");
  });
  const names = new Set([
    ...steps.flatMap(({ available_tools }) => available_tools),
    ...Object.keys(tools.tool_defs),
  ]);
  return [...names].filter((name) =>
    !external.includes(name) && !modules.some((text) => text.split(/\W+/).includes(name))
  );
}

/** Lists the variables of the keys of an agent's models. */
function listKeys(config: AgentConfig): readonly string[] {
  return listModels(config).flatMap((model) => {
    const { keys: [own], urlVariable } = PROVIDERS[model.provider];
    const { api_key, base_url } = model.kwargs;
    const key = api_key === undefined ? own : findVariable(api_key);
    return [key, base_url === undefined ? urlVariable : undefined].filter((name) =>
      name !== undefined
    );
  });
}

/** Writes a conversation and a test in which the agent answers; undefined if no step can. */
function writeFirstAnswer(
  { steps, start_step_id }: AgentConfig,
): Readonly<Record<"conversation.yaml" | "tests.agent.yaml", string>> | undefined {
  const byId = new Map(steps.map((step) => [step.step_id, step]));
  const ways: string[][] = [[start_step_id]];
  const seen = new Set([start_step_id]);
  for (const way of ways) {
    const step = byId.get(way.at(-1)!)!;
    if (!step.auto_flow) {
      const moves = way.slice(1).map((id) => `{ move: ${JSON.stringify(id)} }`);
      const script = [...moves, "{ respond: Hello! How can I help? }"];
      return {
        "conversation.yaml":
          "# Plays the model until there is a key: what the user says, and what " +
          "the model decides.\n" +
          ["{ user: Hello }", ...script].map((entry) => `- ${entry.slice(2, -2)}\n`).join(""),
        "tests.agent.yaml": "unit: # one turn\n  answers: # offline: the script plays the model\n" +
          `    input: Hello\n    script: [${script.join(", ")}]\n    check: { says: Hello }\n`,
      };
    }
    for (const { target, guard } of step.routes) {
      if (guard !== undefined || seen.has(target)) continue;
      seen.add(target);
      ways.push([...way, target]);
    }
  }
  return undefined;
}
