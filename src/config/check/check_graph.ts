/**
 * Checks of the steps of an agent file: ids, targets, models, examples and contradictions. They run
 * on content that may be malformed, so that all problems of a file are found at once.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { findNearest, isRecord, oneOf } from "../../schema/option_shape.ts";
import type { StepConfig } from "../format/agent_config.ts";
import { buildAnswerSchema } from "../format/answer_schema.ts";
import { isSingleModel } from "../model/model_names.ts";
import type { Inspection } from "../text/inspection.ts";
import type { SourcePath } from "../text/source.ts";

/** Checks the steps of a file. */
export function checkGraph(inspection: Inspection): void {
  const { config } = inspection;
  const steps = records<StepConfig>(config.steps);
  const ids = new Set<string>();
  for (const [index, { step_id }] of steps) {
    if (typeof step_id !== "string") continue;
    if (ids.has(step_id)) {
      inspection.report(["steps", index, "step_id"], {
        message: `another step has the id ${quote(step_id)}`,
        expected: "an id of its own",
      });
    }
    ids.add(step_id);
  }
  if (Array.isArray(config.steps) && config.steps.length === 0) {
    inspection.report(["steps"], { message: "there are no steps", expected: "at least one step" });
  }
  // Without any id, the steps themselves are the problem.
  if (ids.size > 0) checkName(inspection, ["start_step_id"], config.start_step_id, "step", ids);
  const { data } = config;
  if (data !== undefined && inspection.isWellFormed("data")) {
    buildAnswerSchema(data, (at, problem) => inspection.report(["data", ...at], problem));
  }
  const models = listModelNames(inspection);
  const { history } = config;
  if (isRecord(history)) {
    checkName(inspection, ["history", "summarize"], history.summarize, "model", models);
  }
  for (const [index, step] of steps) checkStep(inspection, ["steps", index], step, ids, models);
}

/** Kinds of what has a name, with what is expected as long as nothing has one. */
const KINDS = {
  step: "a step",
  model: "a model of llm",
  tool: "a tool that a module of tools.files exports",
  "exported function": "a function that a module of tools.files exports",
};

/** Reports a name that is not among the known ones. */
export function checkName(
  inspection: Pick<Inspection, "problems" | "report">,
  path: SourcePath,
  name: unknown,
  kind: keyof typeof KINDS,
  known: Iterable<string>,
): void {
  const names = [...known];
  if (typeof name !== "string" || names.includes(name)) return;
  // With many problems, the search for each would take long.
  const nearest = inspection.problems.length < 100 ? findNearest(name, names) : undefined;
  inspection.report(path, {
    message: `there is no ${kind} ${quote(name)}`,
    expected: listNames(kind, names),
    ...nearest !== undefined && { nearest },
  });
}

/** Lists known names in a message, at most 20. */
export function listNames(kind: keyof typeof KINDS, names: readonly string[]): string {
  if (names.length === 0) return KINDS[kind];
  const others = names.length > 20 ? ` or ${names.length - 20} others` : "";
  return oneOf(names.slice(0, 20)) + others;
}

/** Returns the items of a list that are objects, with their positions. */
export function records<Item>(value: unknown): (readonly [number, Partial<Item>])[] {
  if (!Array.isArray(value)) return [];
  return [...value.entries()].filter(([, item]) => isRecord(item));
}

/** Returns the names that steps may use for models. */
function listModelNames(inspection: Inspection): ReadonlySet<string> {
  const { llm } = inspection.config;
  if (!isRecord(llm) || isSingleModel(llm)) return new Set(["global", "default"]);
  const names = Object.keys(llm);
  const count = ["global", "default"].filter((name) => names.includes(name)).length;
  if (count !== 1) {
    const message = count === 0 ? "no model is named global" : "two models are for all other steps";
    inspection.report(["llm"], { message, expected: 'one model named "global" or "default"' });
  }
  return new Set(["global", "default", ...names]);
}

function checkStep(
  inspection: Inspection,
  path: SourcePath,
  step: Partial<StepConfig>,
  ids: ReadonlySet<string>,
  models: ReadonlySet<string>,
): void {
  const { routes, available_tools, overrides, examples, answer_model } = step;
  const targets = new Set<string>();
  for (const [index, { target }] of records<{ target: string }>(routes)) {
    const at = [...path, "routes", index, "target"];
    checkName(inspection, at, target, "step", ids);
    if (typeof target !== "string") continue;
    if (targets.has(target)) {
      const message = `another route of this step leads to ${quote(target)}`;
      inspection.report(at, { message, expected: "one route to each step" });
    }
    targets.add(target);
  }
  if (isRecord(overrides)) {
    checkName(inspection, [...path, "overrides", "llm"], overrides.llm, "model", models);
  }
  for (const [index, { decision }] of records<{ decision: unknown }>(examples)) {
    if (!isRecord(decision) || decision.action !== "MOVE") continue;
    const at = [...path, "examples", index, "decision", "step_id"];
    checkName(inspection, at, decision.step_id, "step", ids);
  }
  if (isRecord(answer_model) && inspection.isWellFormed(...path, "answer_model")) {
    buildAnswerSchema(
      answer_model as NonNullable<StepConfig["answer_model"] & object>,
      (at, problem) => {
        inspection.report([...path, "answer_model", ...at], problem);
      },
    );
  }
  if (step.auto_flow !== true) return;
  const auto = [...path, "auto_flow"];
  const isEmpty = (value: unknown) => !Array.isArray(value) || value.length === 0;
  if (isEmpty(routes) && isEmpty(available_tools)) {
    const message = "the step never responds, and has neither a route nor a tool";
    inspection.report(auto, { message, expected: "a route or a tool, or no auto_flow" });
  }
  if (step.quick_suggestions === true) {
    const message = "the step never responds, so it has no quick_suggestions";
    inspection.report(auto, { message, expected: "one of the two" });
  }
  if (answer_model !== undefined) {
    const message = "the step never responds, so it has no answer_model";
    inspection.report(auto, { message, expected: "one of the two" });
  }
}
