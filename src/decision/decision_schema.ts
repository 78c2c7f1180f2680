/**
 * Reading a model's output as a decision, by the decision's schema and then by
 * the schemas of the tools it calls or the answer it gives.
 *
 * @module
 */
import * as v from "valibot";
import { reasonOf } from "../errors.ts";
import { copyJson, isPlainObject, type JsonSchema } from "../json/json.ts";
import { oneLine } from "../json/text.ts";
import { issuePath, type StandardSchema } from "../schema/standard_schema.ts";
import type { WireSchema } from "../schema/wire_schema.ts";
import type { Attempt, Decision, LegalActions, ToolCall } from "./decision.ts";
import { DecisionForm, type DecisionShape, formKey, type Validators } from "./decision_form.ts";
import { parseOutput } from "./output.ts";
import { countHit, findForm, type SchemaCache, setBounded } from "../schema/schema_cache.ts";

type Result = StandardSchema.Result;

/** Why an output is no decision. */
export interface DecisionProblem {
  /** Where in the output, for example `decision.calls.0.args.size`; empty for the whole. */
  readonly path: string;
  /** What was expected there and what was received. */
  readonly message: string;
  /** What the output tried to do, where that can be told. */
  readonly attempt?: Attempt;
}

/** What an output turned out to be. */
export type DecisionReading =
  | {
    readonly success: true;
    /** The decision in the author's form. */
    readonly value: Decision;
    /** What the tools' schemas gave for the arguments, call by call. */
    readonly args: readonly unknown[];
    /** What the answer's schema gave; the text itself where there is none. */
    readonly response: unknown;
  }
  | { readonly success: false; readonly problem: DecisionProblem };

/** The schema of a step's decisions, closed: only legal decisions can be expressed. */
export class DecisionSchema {
  /** What all steps that offer the same share. */
  readonly form: DecisionForm;
  readonly #validators: Validators;

  /** Joins a form with the validators of one step. */
  constructor(form: DecisionForm, { tools, answer }: Validators) {
    this.form = form;
    this.#validators = { tools, answer };
  }

  /** The actions, routes and tools that are open. */
  get legal(): LegalActions {
    return this.form.legal;
  }

  /** The JSON Schema that constrains the model while it decodes. */
  get json(): JsonSchema {
    return this.form.json;
  }

  /** The limit of the model's profile that it breaks, in words; undefined if none. */
  get excess(): string | undefined {
    return this.form.excess;
  }

  /**
   * Reads text or a parsed value. A promise only where a tool's schema gives one.
   * It never throws: a value or a schema whose own code does is a problem too.
   */
  read(output: unknown): DecisionReading | Promise<DecisionReading> {
    try {
      const reading = this.#read(output);
      return reading instanceof Promise ? reading.catch(unreadable) : reading;
    } catch (error) {
      return unreadable(error);
    }
  }

  #read(output: unknown): DecisionReading | Promise<DecisionReading> {
    let value = output;
    if (typeof output === "string") {
      const parsed = parseOutput(output);
      if (!parsed.success) return refused([], parsed.message);
      value = parsed.value;
    }
    const result = v.safeParse(this.form.parser, value);
    if (!result.success) {
      const issue: v.BaseIssue<unknown> = result.issues[0];
      return refused([v.getDotPath(issue) ?? ""], issue.message, attemptOf(value, this.legal));
    }
    const { decision } = result.output;
    const reasoning = result.output.reasoning?.length ? result.output.reasoning : NO_REASONS;
    // A parsed text is JSON that nobody else has; a value that was given may be neither.
    const isOwn = value !== output;
    switch (decision.action) {
      case "MOVE":
        return accepted({ action: "MOVE", step: decision.step, reasoning });
      case "END": {
        const response = decision.response ?? undefined;
        return accepted({
          action: "END",
          ...(response !== undefined && { response }),
          reasoning,
        }, response);
      }
      case "RESPOND": {
        const { action } = decision;
        const suggestions = decision.suggestions
          ? { suggestions: decision.suggestions }
          : undefined;
        const { answer: schema } = this.#validators;
        if (schema === undefined) {
          const { response } = decision;
          return accepted({ action, response, ...suggestions, reasoning }, response);
        }
        return validated(
          [{ value: decision.response, schema }],
          isOwn,
          (_, keys, message) => refused(["decision.response", ...keys], message, { action }),
          ([response], [output]) =>
            accepted({ action, response, ...suggestions, reasoning }, output),
        );
      }
      case "TOOL_CALL": {
        const { action, calls } = decision;
        const parts = calls.map(({ tool, args }): Part => ({
          value: args,
          schema: this.#validators.tools.get(tool)!,
        }));
        return validated(
          parts,
          isOwn,
          (index, keys, message) => {
            const attempt = { action, tools: [calls[index]!.tool] };
            return refused([`decision.calls.${index}.args`, ...keys], message, attempt);
          },
          (authored, args) => {
            const made = calls.map(({ tool }, index) =>
              ({ tool, args: authored[index] }) as ToolCall
            );
            return accepted({ action, calls: made, reasoning }, undefined, args);
          },
        );
      }
    }
  }
}

/** A part of an output that a schema of the author validates. */
interface Part {
  readonly value: unknown;
  readonly schema: WireSchema;
}

/**
 * Validates parts in the author's form. `refuse` takes the index of a part, the
 * keys inside it and the reason; `next` takes the author's form of each, and the results.
 */
function validated(
  parts: readonly Part[],
  isOwn: boolean,
  refuse: (index: number, keys: readonly string[], message: string) => DecisionReading,
  next: (authored: readonly unknown[], values: readonly unknown[]) => DecisionReading,
): DecisionReading | Promise<DecisionReading> {
  const authored: unknown[] = [];
  const results: (Result | Promise<Result>)[] = [];
  for (const [index, { value, schema }] of parts.entries()) {
    try {
      const part = schema.authored(isOwn ? value : copyJson(value));
      authored.push(part);
      results.push(schema.validate(part));
    } catch (error) {
      return refuse(index, [], reasonOf(error));
    }
  }
  const finish = (settled: readonly Result[]): DecisionReading => {
    const values: unknown[] = [];
    for (const [index, result] of settled.entries()) {
      if (result.issues) return refuse(index, ...firstIssue(result.issues));
      values.push(result.value);
    }
    return next(authored, values);
  };
  return results.some((result) => result instanceof Promise)
    ? Promise.all(results).then(finish)
    : finish(results as Result[]);
}

function unreadable(error: unknown): DecisionReading {
  return refused([], `Invalid output: reading it failed: ${reasonOf(error)}`);
}

/** Both texts may quote the model: they are cut, and kept from posing as other lines. */
function refused(
  keys: readonly string[],
  message: string,
  attempt?: Attempt,
): DecisionReading {
  const problem = { path: oneLine(keys.join("."), 200), message: oneLine(message, 500) };
  return { success: false, problem: attempt === undefined ? problem : { ...problem, attempt } };
}

const NO_ARGS: readonly unknown[] = [];

/** Decisions without a word of reasoning share one list: sessions keep them all. */
const NO_REASONS: readonly string[] = Object.freeze([]);

function accepted(
  value: Decision,
  response?: unknown,
  args: readonly unknown[] = NO_ARGS,
): DecisionReading {
  return { success: true, value, args, response };
}

/** The keys and the message of the first reason, with the number of others. */
function firstIssue(
  issues: readonly StandardSchema.Issue[],
): [keys: readonly string[], message: string] {
  const [issue = { message: "Invalid value" }] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return [issuePath(issue), oneLine(issue.message) + more];
}

/** What an output that is no decision tried to do; undefined where that cannot be told. */
function attemptOf(value: unknown, legal: LegalActions): Attempt | undefined {
  const decision = isPlainObject(value) ? value.decision : undefined;
  if (!isPlainObject(decision)) return undefined;
  const action = legal.actions.find((one) => one === decision.action);
  if (action !== "TOOL_CALL") return action && { action };
  const calls: unknown[] = Array.isArray(decision.calls) ? decision.calls : [];
  const named = new Set(calls.map((call) => isPlainObject(call) ? call.tool : undefined));
  const tools = legal.tools.filter((tool) => named.has(tool));
  return tools.length > 0 ? { action, tools } : { action };
}

/** The schemas that one step of an agent keeps alive, by the key of what was offered. */
export type HeldSchemas = Map<string, DecisionSchema>;

/** Number of schemas that one step keeps alive: guards can open very many combinations. */
const HELD_PER_STEP = 64;

/**
 * Returns the schema that a step needs now: one that the step holds, or a new
 * one around a form of the cache, which is built if no other agent uses it.
 * `offered` identifies what is offered among the schemas that the step holds.
 */
export function findSchema(
  cache: SchemaCache,
  held: HeldSchemas,
  offered: string,
  shapeOf: () => DecisionShape,
): DecisionSchema {
  const known = cache.enabled ? held.get(offered) : undefined;
  if (known !== undefined) {
    countHit(cache);
    return known;
  }
  const shape = shapeOf();
  const form = findForm(
    cache,
    () => formKey(shape),
    () => new DecisionForm(shape, !cache.enabled),
  );
  const schema = new DecisionSchema(form, shape);
  if (cache.enabled) setBounded(held, offered, schema, HELD_PER_STEP);
  return schema;
}
