/**
 * A function the model may call.
 *
 * @module
 */
import { type InferOutput, issuePath, type StandardSchema } from "../schema/standard_schema.ts";
import { WireSchema } from "../schema/wire_schema.ts";
import { ConfigError, quote, ToolArgumentsError } from "../errors.ts";
import type { GuardContext, ToolContext } from "./tool_context.ts";

/** What a {@linkcode Tool} is made of. */
export interface ToolOptions<Args extends StandardSchema, Context> {
  /** 1 to 64 of letters, digits, `_` and `-`. */
  readonly name: string;
  /** What it does, for the model. */
  readonly description: string;
  /**
   * The schema of its arguments, an object: any Standard Schema that can give a
   * JSON Schema. Taken as it is now; later changes to its lists have no effect.
   */
  readonly args: Args;
  /**
   * The function. Text is shown to the model as it is, everything else as JSON.
   * It may throw a `FallbackError` to steer the model.
   */
  readonly run: (args: InferOutput<Args>, context: ToolContext<Context>) => unknown;
  /** Milliseconds after which a call fails. Default: none. */
  readonly timeout?: number;
  /** Offered only when this returns true. Default: always. */
  readonly available?: (context: GuardContext<Context>) => boolean;
  /**
   * Whether a person must allow a call before it runs: the turn then ends with
   * status `needs_approval`, until `session.approve()` or `deny()`. A function
   * decides by the arguments, as the schema gave them. Default: false.
   */
  readonly needsApproval?:
    | boolean
    | ((args: InferOutput<Args>, context: GuardContext<Context>) => boolean);
  /**
   * Never run a call a second time: one that was running when the process died
   * is not run again, for what became of it is not known. Default: false.
   */
  readonly once?: boolean;
  /**
   * Finds out what became of a call of a `once` tool that was running when the
   * process died, for example by its `callKey`; what it gives is the result of
   * the call. Default: a person is asked, as for an approval.
   */
  readonly whenUnknown?: (args: InferOutput<Args>, context: ToolContext<Context>) => unknown;
}

/** A tool whatever its arguments: what a list of tools holds. Only a {@linkcode Tool} is one. */
export interface AnyTool<in Context = unknown> {
  /** Its name. */
  readonly name: string;
  /** What it does, for the model. */
  readonly description: string;
  /** Milliseconds after which a call fails. */
  readonly timeout: number | undefined;
  /** Whether it is offered now. */
  readonly available: ((context: GuardContext<Context>) => boolean) | undefined;
  /** Whether a call never runs a second time. */
  readonly once: boolean;
}

/** A tool in an agent, whose type has seen to it that sessions have the context it wants. */
export type HeldTool = AnyTool<never>;

/** Whether a value is a tool, and not only looks like one. */
export let isTool: (value: unknown) => value is HeldTool;

/** The argument schema of a tool, for the rooms that offer and validate calls. */
export let schemaOf: (tool: HeldTool) => WireSchema;

/** The function of a tool, for the room that runs calls. */
export let runOf: (
  tool: HeldTool,
) => (args: unknown, context: ToolContext) => unknown;

/** Whether calls of a tool need approval, or what decides that. */
export let approvalOf: (
  tool: HeldTool,
) => boolean | ((args: never, context: GuardContext<never>) => boolean);

/** What finds out what became of a call; undefined if a person is asked. */
export let unknownOf: (
  tool: HeldTool,
) => ((args: unknown, context: ToolContext) => unknown) | undefined;

const NAME_REGEXP = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * A named function the model may call, with the schema of its arguments. A tool
 * is made once, at module level; what belongs to one conversation comes to it
 * as `context`.
 *
 * How an argument schema is said goes by the {@linkcode SchemaProfile} of the
 * model; in that of most, `openaiStrict`:
 *
 * | construct | form |
 * | --- | --- |
 * | object | closed, every property required; an optional one may be null |
 * | record, open object, `unknown`, `any`, `never`, `intersect`, tuple with rest | refused when the agent is built, with the keyword |
 * | tuple | array of its length |
 * | union, variant | `anyOf`, discriminators first |
 * | literal, picklist, enum, lazy | `const`, `enum`, `$ref` |
 * | limits of numbers and lists, patterns, common formats | kept |
 * | other restrictions and defaults | described in words |
 *
 * The full schema validates what comes back, so nothing is lost by widening.
 * A restriction on what a transformation gives is not told to the model.
 *
 * @throws {ConfigError} if the name is not usable or the schema has no form that any model accepts.
 *
 * @example
 * ```ts
 * import { Tool } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 * import * as v from "valibot";
 *
 * const getPrice = new Tool({
 *   name: "get_price",
 *   description: "The price of a drink in cents",
 *   args: v.object({ drink: v.picklist(["espresso", "latte"]) }),
 *   run: ({ drink }) => drink === "latte" ? 350 : 250,
 * });
 * assertEquals(await getPrice.call({ drink: "latte" }), 350);
 * ```
 */
export class Tool<Args extends StandardSchema = StandardSchema, Context = unknown>
  implements AnyTool<Context> {
  /** Its name. */
  readonly name: string;
  /** What it does, for the model. */
  readonly description: string;
  /** The schema of its arguments, as the author gave it. */
  readonly args: Args;
  /** Milliseconds after which a call fails. */
  readonly timeout: number | undefined;
  /** Whether it is offered now. */
  readonly available: ((context: GuardContext<Context>) => boolean) | undefined;
  /** Whether a call never runs a second time. */
  readonly once: boolean;
  readonly #schema: WireSchema;
  // Not by the arguments' type, so that a tool of any arguments is a `Tool`.
  readonly #run: (args: never, context: ToolContext<Context>) => unknown;
  readonly #needsApproval: boolean | ((args: never, context: GuardContext<Context>) => boolean);
  readonly #whenUnknown: ((args: never, context: ToolContext<Context>) => unknown) | undefined;

  static {
    isTool = (value) => typeof value === "object" && value !== null && #schema in value;
    schemaOf = (tool) => (tool as Tool).#schema;
    runOf = (tool) => (tool as Tool).#run as never;
    approvalOf = (tool) => (tool as Tool).#needsApproval as never;
    unknownOf = (tool) => (tool as Tool).#whenUnknown as never;
  }

  /** Makes a tool. */
  constructor(options: ToolOptions<Args, Context>) {
    const { name, description, args, run, timeout, available } = options;
    const { needsApproval = false, once = false, whenUnknown } = options;
    if (typeof name !== "string" || !NAME_REGEXP.test(name)) {
      throw new ConfigError(
        `Cannot make tool ${
          JSON.stringify(name)
        }: expected a name of 1 to 64 letters, digits, "_" or "-"`,
      );
    }
    const owner = `tool "${name}"`;
    if (typeof description !== "string") {
      throw new ConfigError(`Cannot make ${owner}: expected a description`);
    }
    if (typeof run !== "function") {
      throw new ConfigError(`Cannot make ${owner}: expected "run" to be a function`);
    }
    if (available !== undefined && typeof available !== "function") {
      throw new ConfigError(`Cannot make ${owner}: expected "available" to be a function`);
    }
    if (typeof needsApproval !== "boolean" && typeof needsApproval !== "function") {
      throw new ConfigError(
        `Cannot make ${owner}: expected "needsApproval" to be true, false or a function`,
      );
    }
    if (typeof once !== "boolean") {
      throw new ConfigError(`Cannot make ${owner}: expected "once" to be true or false`);
    }
    if (whenUnknown !== undefined && (typeof whenUnknown !== "function" || !once)) {
      const expected = once ? "a function" : 'left out unless "once" is true';
      throw new ConfigError(`Cannot make ${owner}: expected "whenUnknown" to be ${expected}`);
    }
    const isTimeout = typeof timeout === "number" && timeout >= 1 && timeout <= MAX_TIMEOUT;
    if (timeout !== undefined && !isTimeout) {
      throw new ConfigError(
        `Cannot make ${owner}: timeout is ${
          quote(timeout)
        }: expected milliseconds from 1 to ${MAX_TIMEOUT}`,
      );
    }
    this.name = name;
    this.description = description;
    this.args = args;
    this.timeout = timeout;
    this.available = available;
    this.#schema = WireSchema.of(args, owner);
    if (!this.#schema.isObject) {
      throw new ConfigError(
        `Cannot use the schema of ${owner}: expected an object of named arguments`,
      );
    }
    this.once = once;
    this.#run = run;
    this.#needsApproval = needsApproval;
    this.#whenUnknown = whenUnknown;
  }

  /**
   * Validates arguments and runs the tool alone, without an agent.
   *
   * @throws {ToolArgumentsError} if the arguments do not satisfy the schema.
   */
  async call(args: unknown, context: Partial<ToolContext<Context>> = {}): Promise<unknown> {
    const result = await this.#schema.validate(args, false);
    if (result.issues) {
      const reasons = result.issues.map((issue) => {
        const where = issuePath(issue);
        return where.length > 0 ? `${where.join(".")}: ${issue.message}` : issue.message;
      });
      throw new ToolArgumentsError(`Cannot call tool "${this.name}": ${reasons.join("; ")}`);
    }
    return await this.#run(result.value as never, {
      context: undefined as Context,
      sessionId: "none",
      step: "none",
      callKey: "none",
      signal: new AbortController().signal,
      ...context,
    });
  }
}

/** The longest delay of a timer, about 24.8 days. */
const MAX_TIMEOUT = 2 ** 31 - 1;
