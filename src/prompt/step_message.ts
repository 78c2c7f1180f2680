/**
 * Step message: the last message of a request, with the current step and the actions that
 * are offered. All that varies between requests is in it, so that providers can cache the
 * messages before it.
 *
 * @module
 */
import type { LegalActions } from "../decision/decision.ts";
import type { Offer, Step } from "../graph/graph.ts";
import { readText } from "../graph/guard.ts";
import type { Example } from "../graph/step.ts";
import type { OnWork } from "../graph/work.ts";
import type { RespondOnlyReason } from "../history/position.ts";
import { toWellFormedJson } from "../json/text.ts";
import type { Message } from "../llm/llm.ts";
import type { GuardContext } from "../tool/tool_context.ts";
import { createMessage } from "./render_event.ts";

/** Step whose texts are written for one request. */
export interface WrittenStep extends Step {
  readonly system: string | undefined;
  readonly description: string;
  readonly persona: string | undefined;
}

/**
 * Calls the functions of a step's texts.
 *
 * @throws {GuardError} if one throws, or does not return text.
 */
export function writeTexts(
  step: Step,
  session: { readonly guardContext: GuardContext },
  onWork?: OnWork,
): WrittenStep {
  if (!step.isDynamic) return step as WrittenStep;
  const { guardContext } = session;
  const write = (name: "system" | "description" | "persona") => {
    const text = step[name];
    return text === undefined ? undefined : readText(text, name, guardContext, onWork);
  };
  const description = write("description")!;
  return { ...step, system: write("system"), description, persona: write("persona") };
}

/**
 * Builds the message of a step and an offer.
 *
 * @param respondOnly Limit that was reached, if the request offers only RESPOND for that reason.
 */
export function buildStepMessage(
  step: WrittenStep,
  offer: Offer,
  legal: LegalActions,
  examples: readonly Example[],
  respondOnly?: RespondOnlyReason,
): Message {
  const sections = [`Current step: ${step.id}\n${step.description}`];
  if (step.system) sections.unshift(step.system);
  if (step.persona) sections.push(step.persona);
  const actions = legal.actions.map((action) => describe[action](step, offer, legal));
  sections.push(`Choose one action:\n${actions.join("\n")}`);
  if (examples.length > 0) {
    const lines = examples.map((example) => renderExample(example, step.reasoning));
    sections.push(`Examples:\n${lines.join("\n")}`);
  }
  if (respondOnly !== undefined) sections.push(LIMIT_TEXTS[respondOnly]);
  return createMessage("system", sections.join("\n\n"));
}

const LIMIT_TEXTS: Readonly<Record<RespondOnlyReason, string>> = {
  errors: "Too many attempts of this turn failed. Answer the user with what is known now.",
  iterations: "No more steps can be taken in this turn. Answer the user with what is known now.",
  loop: "The same calls gave the same results again. Answer the user with what is known now.",
};

const describe: Readonly<
  Record<LegalActions["actions"][number], (step: Step, offer: Offer, legal: LegalActions) => string>
> = {
  RESPOND: ({ suggestions }) =>
    "- RESPOND to answer the user and wait for their reply" +
    (suggestions ? ", with suggestions for it" : ""),
  TOOL_CALL: (_, { tools }, legal) => {
    const lines = tools.filter(({ name }) => legal.tools.includes(name))
      .map(({ name, description }) => `  - ${name}: ${description}`);
    return `- TOOL_CALL with one or more of:\n${lines.join("\n")}`;
  },
  MOVE: (_, { routes }) => {
    const lines = routes.map(({ to, when }) => `  - ${to}: ${when}`);
    return `- MOVE to the step whose condition holds:\n${lines.join("\n")}`;
  },
  END: ({ end }) =>
    typeof end === "string" ? `- END the conversation: ${end}` : "- END the conversation",
};

function renderExample({ context, decision }: Example, hasReasoning: boolean): string {
  if (typeof decision === "string") return `- ${context} -> ${decision}`;
  const { reasoning, ...rest } = decision;
  const output = toWellFormedJson(
    hasReasoning ? { reasoning, decision: rest } : { decision: rest },
  );
  return `- ${context} -> ${output}`;
}
