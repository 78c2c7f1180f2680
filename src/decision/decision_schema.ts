/**
 * Reading a model's output as a decision, by the decision's schema and then by
 * the schemas of the tools it calls or the answer it gives.
 *
 * @module
 */
import * as v from "valibot";
import { reasonOf } from "../errors.ts";
import { copyJson, freezeJson, isPlainObject, type JsonSchema } from "../json/json.ts";
import {
  buildJsonSchema,
  buildSchema,
  type DecisionShape,
  type LoweredShape,
  lowerShape,
  type WireDecision,
  type WireOutput,
} from "./build_schema.ts";
import type { Decision, ToolCall } from "./decision.ts";
import type { Attempt, LegalActions } from "./legal_actions.ts";
import type { LoweredSchema } from "../schema/lowering.ts";
import { deleteNulls } from "../schema/null_plan.ts";
import { oneLine } from "../json/one_line.ts";
import { parseOutput } from "./output.ts";
import { findExcess } from "../schema/schema_limits.ts";
import { issuePath, type StandardIssue, type StandardResult } from "../schema/standard_schema.ts";

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

/** One decision, closed: only what is legal can be expressed. */
export class DecisionSchema {
  /** What is legal. */
  readonly legal: LegalActions;
  /** What constrains the model while it decodes. */
  readonly json: JsonSchema;
  readonly #shape: DecisionShape;
  readonly #lowered: LoweredShape;
  /** Null until it is asked for. */
  #excess: string | undefined | null = null;
  readonly #schema: v.GenericSchema<unknown, WireOutput>;

  /** Builds the schema; `fresh` converts the tools' schemas again. */
  constructor(shape: DecisionShape, fresh = false) {
    this.legal = shape.legal;
    this.#shape = shape;
    this.#schema = buildSchema(shape);
    this.#lowered = lowerShape(shape, fresh);
    this.json = freezeJson(buildJsonSchema(shape, this.#lowered));
  }

  /** Which limit of the model's profile it breaks, in words; undefined if none. */
  get excess(): string | undefined {
    if (this.#excess === null) this.#excess = findExcess(this.json, this.#shape.profile);
    return this.#excess;
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
    const isText = typeof output === "string";
    let value = output;
    if (isText) {
      const parsed = parseOutput(output);
      if (!parsed.success) return refused("", parsed.message);
      value = parsed.value;
    }
    const result = v.safeParse(this.#schema, value);
    if (!result.success) {
      const issue: v.BaseIssue<unknown> = result.issues[0];
      return this.#refuse(v.getDotPath(issue) ?? "", issue.message, value);
    }
    const { decision } = result.output;
    const reasoning = result.output.reasoning?.length ? result.output.reasoning : NO_REASONS;
    switch (decision.action) {
      case "MOVE":
        return read({ action: "MOVE", step: decision.step, reasoning });
      case "END": {
        const { response } = decision;
        return typeof response === "string"
          ? read({ action: "END", response, reasoning }, response)
          : read({ action: "END", reasoning });
      }
      case "RESPOND":
        return this.#readResponse(decision, reasoning, value);
      case "TOOL_CALL":
        return this.#readCalls(decision.calls, reasoning, value, isText);
    }
  }

  #refuse(path: string, message: string, value: unknown): DecisionReading {
    return refused(path, message, attemptOf(value, this.legal));
  }

  #readResponse(
    wire: WireDecision & { action: "RESPOND" },
    reasoning: readonly string[],
    value: unknown,
  ): DecisionReading | Promise<DecisionReading> {
    const suggestions = wire.suggestions ? { suggestions: wire.suggestions } : undefined;
    const { answer } = this.#shape;
    if (answer === undefined) {
      return read(
        { action: "RESPOND", response: wire.response, ...suggestions, reasoning },
        wire.response,
      );
    }
    const path = "decision.response";
    let response: unknown;
    try {
      response = authored(copyJson(wire.response), this.#lowered.answer!);
    } catch (error) {
      return this.#refuse(path, reasonOf(error), value);
    }
    return settle(answer.validate(response), (result) => {
      if (result.issues) return this.#refuse(...firstIssue(path, result.issues), value);
      return read({ action: "RESPOND", response, ...suggestions, reasoning }, result.value);
    });
  }

  #readCalls(
    wire: readonly { tool: string; args: Record<string, unknown> }[],
    reasoning: readonly string[],
    value: unknown,
    isText: boolean,
  ): DecisionReading | Promise<DecisionReading> {
    const calls: ToolCall[] = [];
    const results: (StandardResult | Promise<StandardResult>)[] = [];
    for (const [index, call] of wire.entries()) {
      const schema = this.#shape.tools.get(call.tool)!;
      let args: unknown = call.args;
      try {
        // What was parsed here is JSON and ours; a value somebody gave may be neither.
        if (!isText) args = copyJson(args);
        args = authored(args, this.#lowered.tools.get(call.tool)!);
      } catch (error) {
        return this.#refuse(`decision.calls.${index}.args`, reasonOf(error), value);
      }
      calls.push({ tool: call.tool, args: args as Record<string, unknown> });
      results.push(schema.validate(args));
    }
    const decision: Decision = { action: "TOOL_CALL", calls, reasoning };
    const finish = (settled: readonly StandardResult[]): DecisionReading => {
      const args: unknown[] = [];
      for (const [index, result] of settled.entries()) {
        if (result.issues) {
          const path = `decision.calls.${index}.args`;
          const [where, message] = firstIssue(path, result.issues);
          return refused(where, message, { action: "TOOL_CALL", tools: [calls[index]!.tool] });
        }
        args.push(result.value);
      }
      return { success: true, value: decision, args, response: undefined };
    };
    return results.some((result) => result instanceof Promise)
      ? Promise.all(results).then(finish)
      : finish(results as StandardResult[]);
  }
}

function unreadable(error: unknown): DecisionReading {
  return refused("", `Invalid output: reading it failed: ${reasonOf(error)}`);
}

/** Both texts may quote the model: they are cut, and kept from posing as other lines. */
function refused(path: string, message: string, attempt?: Attempt): DecisionReading {
  const problem = { path: oneLine(path, 200), message: oneLine(message, 500) };
  return { success: false, problem: attempt === undefined ? problem : { ...problem, attempt } };
}

/** The author's form of a value from the wire. */
function authored(value: unknown, { nulls }: LoweredSchema): unknown {
  return nulls === undefined ? value : deleteNulls(value, nulls);
}

const NO_ARGS: readonly unknown[] = [];

/** Decisions without a word of reasoning share one list: sessions keep them all. */
const NO_REASONS: readonly string[] = Object.freeze([]);

function read(value: Decision, response?: unknown): DecisionReading {
  return { success: true, value, args: NO_ARGS, response };
}

function settle<Value, Result>(
  value: Value | Promise<Value>,
  next: (value: Value) => Result,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The full path and the message of the first reason, with the number of others. */
function firstIssue(
  base: string,
  issues: readonly StandardIssue[],
): [path: string, message: string] {
  const [issue] = issues;
  const keys = issue === undefined ? [] : issuePath(issue);
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return [[base, ...keys].join("."), oneLine(issue?.message ?? "Invalid value") + more];
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
