/**
 * `nomos validate`: checks an agent without a model, a key or a network.
 *
 * @module
 */
import { type ConfigProblem, formatProblem, formatWarning } from "../../config/text/problem.ts";
import { findWarnings } from "../../graph/reachability.ts";
import { mayNeedApproval, type StepTool } from "../../tool/tool_internals.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { CommandError, EXIT } from "../exit_code.ts";
import type { AgentCall } from "../flags.ts";
import { toFlags } from "../permissions.ts";
import { count, formatWord } from "../terminal/format.ts";
import { shown, shownInLine } from "../terminal/shown.ts";
import { checkAgent, type CheckedAgent } from "../validate/check_agent.ts";
import type { Explored } from "../validate/exploration.ts";
import {
  checkSchemas,
  findProfile,
  formatSchemas,
  type VendorSchemas,
} from "../validate/vendor_schemas.ts";

/** Findings of the command. */
interface Report {
  readonly ok: boolean;
  readonly agent?: string;
  readonly errors: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  readonly schemas: VendorSchemas;
  /** Flags of `deno run`. */
  readonly permissions: readonly string[];
  readonly explored?: Explored;
}

/** Runs the command. */
export async function run({ options, output, project }: AgentCall<"validate">): Promise<number> {
  // A misspelled vendor is a mistake of the command line, whatever the agent is.
  for (const vendor of options.for) findProfile(vendor);
  const checked = await checkAgent(project, {
    ignoreFlows: options["ignore-flows"],
    opensContext: options.explore,
    onNote: (text) => output.note(shown(text)),
  });
  const report = await complete(checked, options).finally(() => checked.close());
  const problem = `Not valid: ${count(report.errors.length, "error")}, ` +
    count(report.warnings.length, "warning") + (options.strict ? " (--strict)" : "");
  if (options.permissions) return printPermissions(report, checked, { output, problem });
  const { errors, warnings } = report;
  if (output.json) {
    const error = { code: "AGENT_INVALID", message: problem };
    output.document(report.ok ? report : { ...report, error });
    return report.ok ? EXIT.yes : EXIT.no;
  }
  for (const line of [...errors.map(formatError), ...warnings.map(formatWarning)]) {
    output.line(shown(line));
  }
  if (!report.ok) {
    output.line(output.paint("red", problem));
    for (const { stub } of errors) {
      if (stub !== undefined) output.line(shown(`\n${stub.trimEnd()}`));
    }
    if (errors.some(({ stub }) => stub !== undefined)) {
      output.note(
        `\nnomos init FOLDER --from ${formatWord(project.path)} writes a project with these tools`,
      );
    }
    return EXIT.no;
  }
  output.line(shown(summarize(report, checked.core)));
  if (Object.keys(report.schemas).length > 0) output.line(shown(formatSchemas(report.schemas)));
  if (report.explored !== undefined) output.line(formatExplored(report.explored));
  if (report.permissions.length > 0) {
    output.line(shownInLine(`Needs: ${report.permissions.join(" ")}`));
  }
  return EXIT.yes;
}

/** Returns the report, with the schemas and the exploration of an agent without errors. */
async function complete(
  checked: CheckedAgent,
  options: AgentCall<"validate">["options"],
): Promise<Report> {
  const { name, core, permissions = {}, locateStep } = checked;
  const errors = [...checked.errors];
  const warnings = [...checked.warnings];
  const { schemas, problems } = core === undefined
    ? { schemas: {}, problems: [] }
    : checkSchemas(core.graph, options.for);
  for (const { step, message } of problems) errors.push({ ...locateStep(step), message });
  let explored: Explored | undefined;
  if (options.explore && core !== undefined) {
    const { exploreAgent } = await import("../validate/exploration.ts");
    const exploration = await exploreAgent(checked, core);
    explored = exploration.explored;
    errors.push(...exploration.errors);
    warnings.push(...exploration.warnings);
  }
  return {
    ok: errors.length === 0 && !(options.strict && warnings.length > 0),
    ...name !== undefined && { agent: name },
    errors,
    warnings,
    schemas,
    permissions: toFlags(permissions),
    ...explored !== undefined && { explored },
  };
}

/**
 * Prints the flags alone.
 *
 * @throws {CommandError} if they are not known.
 */
function printPermissions(
  { ok, errors, warnings, permissions }: Report,
  { permissions: known }: CheckedAgent,
  { output, problem }: Pick<AgentCall<"validate">, "output"> & { readonly problem: string },
): number {
  if (!ok) {
    const lines = [...errors.map(formatError), ...warnings.map(formatWarning), problem];
    throw new CommandError(lines.join("\n"), {
      code: "AGENT_INVALID",
      details: { errors, warnings },
    });
  }
  if (known === undefined) {
    throw new CommandError(
      "Cannot list the permissions of a module, because its code decides what it needs: " +
        "expected an agent file",
      { code: "PERMISSIONS_UNKNOWN" },
    );
  }
  if (output.json) output.document({ ok: true, permissions });
  else output.line(shownInLine(permissions.join(" ")));
  return EXIT.yes;
}

/** Formats an error as one line. Its stub, if there is one, is printed below the last one. */
function formatError({ stub: _, ...problem }: ConfigProblem): string {
  return formatProblem(problem);
}

/** Returns the first line about a valid agent. */
function summarize({ agent, warnings }: Report, core: AgentCore | undefined): string {
  if (core === undefined) return `Valid: ${agent}.`;
  const steps = [...core.graph.steps.values()];
  const tools = new Set<StepTool>(steps.flatMap((step) => step.tools));
  const guarded = [...steps.flatMap(({ routes }) => routes), ...tools]
    .filter(({ guard }) => guard !== undefined);
  const asking = [...tools].filter(mayNeedApproval);
  const counts = [
    count(steps.length, "step"),
    count(tools.size, "tool"),
    ...guarded.length > 0 ? [count(guarded.length, "guard")] : [],
    ...asking.length > 0 ? [count(asking.length, "approval")] : [],
    ...warnings.length > 0 ? [count(warnings.length, "warning")] : [],
  ];
  const isConnected = findWarnings(core.graph).length === 0;
  return `Valid: ${agent}, ${counts.join(", ")}.` +
    (isConnected ? " Every step can be reached and left." : "");
}

function formatExplored({ reached, missed, paths, decisions }: Explored): string {
  return `Explored: ${reached} of ${reached + missed} steps, routes, outcomes and guards on ` +
    `${count(paths, "path")}, ${count(decisions, "decision")}`;
}
