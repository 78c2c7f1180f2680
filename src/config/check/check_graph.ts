/**
 * Checks of the steps of an agent file: ids, targets, models, examples and contradictions. They run
 * on content that may be malformed, so that all problems of a file are found at once.
 *
 * @module
 */
import { isRecord } from "../../schema/option_shape.ts";
import type { RouteConfig, StepConfig } from "../format/agent_config.ts";
import { buildFields } from "../format/field_schema.ts";
import { isSingleModel } from "../format/model_names.ts";
import type { SourcePath } from "../text/source.ts";
import { checkName, checkUnique, records } from "./check_names.ts";
import type { Inspection } from "./inspection.ts";

/** Checks the steps of a file. */
export function checkGraph(inspection: Inspection): void {
  const { config } = inspection;
  const steps = records<StepConfig>(config.steps);
  const ids = checkUnique(inspection, ["steps"], steps, "step_id", "step has the id");
  if (Array.isArray(config.steps) && config.steps.length === 0) {
    inspection.report(["steps"], { message: "there are no steps", expected: "at least one step" });
  }
  // Without any id, the steps themselves are the problem.
  if (ids.size > 0) checkName(inspection, ["start_step_id"], config.start_step_id, "step", ids);
  const { data } = config;
  if (data !== undefined && inspection.isWellFormed("data")) {
    buildFields(data, inspection.reportBelow(["data"]));
  }
  const models = listModelNames(inspection);
  const { history } = config;
  if (isRecord(history)) {
    checkName(inspection, ["history", "summarize"], history.summarize, "model", models);
  }
  for (const [index, step] of steps) checkStep(inspection, ["steps", index], step, ids, models);
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
  const { routes, overrides, examples, answer_model } = step;
  const listed = records<RouteConfig>(routes);
  checkUnique(inspection, [...path, "routes"], listed, "target", "route of this step leads to");
  for (const [index, { target }] of listed) {
    checkName(inspection, [...path, "routes", index, "target"], target, "step", ids);
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
    const fields = answer_model as NonNullable<StepConfig["answer_model"] & object>;
    buildFields(fields, inspection.reportBelow([...path, "answer_model"]));
  }
  if (step.auto_flow === true) checkAutoFlow(inspection, [...path, "auto_flow"], step);
}

/** Reports what contradicts a step that never responds. */
function checkAutoFlow(
  inspection: Inspection,
  path: SourcePath,
  { routes, available_tools, quick_suggestions, answer_model }: Partial<StepConfig>,
): void {
  const isEmpty = (value: unknown) => !Array.isArray(value) || value.length === 0;
  if (isEmpty(routes) && isEmpty(available_tools)) {
    const message = "the step never responds, and has neither a route nor a tool";
    inspection.report(path, { message, expected: "a route or a tool, or no auto_flow" });
  }
  const parts = { quick_suggestions: quick_suggestions === true || undefined, answer_model };
  for (const [key, part] of Object.entries(parts)) {
    if (part === undefined) continue;
    const message = `the step never responds, so it has no ${key}`;
    inspection.report(path, { message, expected: "one of the two" });
  }
}
