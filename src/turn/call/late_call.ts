/**
 * Checks of a call that runs later than in the turn of its decision: after a verdict, an
 * interruption or a limit. The graph and the context may have changed since.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { callPredicate } from "../../graph/guard.ts";
import type { OpenCall } from "../../history/call.ts";
import { copyJson } from "../../json/json.ts";
import { describeIssues, type StandardSchema } from "../../schema/standard_schema.ts";
import type { WireSchema } from "../../schema/wire_schema.ts";
import type { GuardContext } from "../../tool/tool_context.ts";
import { type StepTool, toolInternals } from "../../tool/tool_internals.ts";
import type { LiveSession } from "../live_session.ts";
import { copyPlain, needsApproval } from "./approval.ts";

/** Result of the checks: the arguments to run with, or the reason not to run. */
export type LateCheck =
  | { readonly value: unknown; readonly mustAsk: boolean }
  | { readonly refusal: string };

/**
 * Checks that a tool can still run a call, and decides if a person must be asked first.
 * Nobody is asked twice about the same call.
 *
 * @throws {GuardError} if a guard fails.
 */
export async function checkLateCall(
  session: LiveSession,
  open: OpenCall,
  tool: StepTool | undefined,
): Promise<LateCheck> {
  if (tool === undefined) return { refusal: "The step no longer has this tool" };
  // A running call of an agent continues after a verdict for its child session.
  const isContinued = open.state === "running" && open.isContinued === true;
  // The end of a call that began is looked up; that needs no permission.
  const isLookedUp = open.state === "unknown" && tool.once;
  if (!isContinued && !isLookedUp && !isOffered(session, tool)) {
    return { refusal: "The tool is not offered now" };
  }
  const result = await validateLate(toolInternals(tool).schema, open);
  if (result.issues) {
    const reason = describeIssues(result.issues);
    return { refusal: `The tool no longer takes these arguments: ${reason}` };
  }
  const { value } = result;
  const mustAsk = !isContinued && !isLookedUp && open.allowed === undefined &&
    needsApproval(session.step, tool.name, value, session);
  return { value, mustAsk };
}

function isOffered({ step, guardContext, observers }: LiveSession, tool: StepTool): boolean {
  const { name, guard } = tool;
  // A replayed step has no guards.
  if (guard === undefined || !step.isGuarded) return true;
  return callPredicate(
    () => guard(guardContext as GuardContext<never, never>),
    "guard",
    () => `tool ${quote(name)} of step ${quote(step.id)} is offered`,
    observers?.onWork?.({ kind: "guard", name }),
  );
}

/** Validates the arguments of a call. Arguments that a person saw as the schema's output are only checked. */
async function validateLate(
  schema: WireSchema,
  { args, allowed }: OpenCall,
): Promise<StandardSchema.Result> {
  if (allowed === undefined || allowed.isInput) return await schema.validate(allowed?.args ?? args);
  const result = await schema.validate(allowed.args);
  if (result.issues && !await refusesItsOutput(schema, args)) return result;
  return { value: copyJson(allowed.args) };
}

/**
 * Returns true if a schema accepts a value and refuses its own output, because a
 * transformation changes the type. It cannot check an output.
 */
async function refusesItsOutput(schema: WireSchema, value: unknown): Promise<boolean> {
  const result = await schema.validate(value);
  const output = result.issues ? undefined : copyPlain(result.value);
  return output !== undefined && (await schema.validate(output)).issues !== undefined;
}
