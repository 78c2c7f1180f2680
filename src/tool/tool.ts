/**
 * Tools: functions that the model may call.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, quote, ToolArgumentsError } from "../errors.ts";
import * as option from "../schema/option_shape.ts";
import { describeIssues, type StandardSchema } from "../schema/standard_schema.ts";
import { WireSchema } from "../schema/wire_schema.ts";
import type { GuardContext, ToolContext, TrialContext } from "./tool_context.ts";
import {
  type AnyTool,
  registerInternals,
  TOOL_OPTIONS,
  type ToolInternals,
  toolInternals,
} from "./tool_internals.ts";

/**
 * Options of a {@linkcode Tool}. Their order does not matter: the types of arguments,
 * data and context come from the schemas.
 *
 * @typeParam Args Arguments, as their schema returns them.
 * @typeParam Data Data of sessions that use the tool.
 * @typeParam Context Context of sessions that use the tool.
 */
export interface ToolOptions<Args, Data, Context> {
  /** Name for the model: 1 to 64 letters, digits, `_` or `-`. */
  readonly name: string;
  /** Description for the model. */
  readonly description: string;
  /**
   * Schema of its arguments, an object: any Standard Schema that can be converted to JSON
   * Schema. It must not change afterwards, because it is read once.
   */
  readonly args: StandardSchema<unknown, Args>;
  /**
   * Schema of the data it reads and changes. It types `data` and `setData` in the functions
   * below. The data of the agent must satisfy it; they may have more keys. Default: any data,
   * which it can neither read nor change.
   */
  readonly data?: StandardSchema<unknown, Data>;
  /**
   * Schema of the context it needs. It types the `context` of the functions below, and validates
   * the context of every session without changing it. Without a schema, annotate `run`:
   * `(args, { context }: ToolContext<unknown, Shop>) => …`, and `guard` likewise if it precedes
   * `run`. Default: any context.
   */
  readonly context?: StandardSchema<Context, unknown>;
  /**
   * Runs a call and returns its result, which the model sees: text as it is, the body of a
   * `Response`, and everything else as JSON. May be a generator function: the values that it yields
   * are the progress of the call, {@linkcode ToolProgress}. May throw a `RedirectError` to instruct
   * the model.
   */
  readonly run: (args: Args, given: ToolContext<Data, Context>) => unknown;
  /** Time after which a call fails, in milliseconds. Default: none. */
  readonly timeout?: number;
  /** Returns true if the tool is offered to the model. Default: always. */
  readonly guard?: (given: GuardContext<Data, Context>) => boolean;
  /**
   * If true, a person must allow each call before it runs: the turn ends with status
   * `needs_approval`, until `session.approve()` or `session.deny()` is called. A
   * function decides by the arguments, as the schema returns them. Default: false.
   */
  readonly needsApproval?: boolean | ((args: Args, given: GuardContext<Data, Context>) => boolean);
  /**
   * Time after which a request for approval expires, in milliseconds: a later verdict
   * throws an `ApprovalExpiredError`, and the next `resume()` or input closes the call as
   * `not_run`. Default: never.
   */
  readonly expiresAfter?: number;
  /**
   * If true, a call never runs twice unasked. A call that began and whose outcome is unknown,
   * because of a crash, a timeout or an abort, may have had its effect: `whenUnknown` or a person
   * decides. Default: false.
   */
  readonly once?: boolean;
  /**
   * Looks up the result of a call of a `once` tool whose outcome is unknown, for example by its
   * `callKey`. Returns {@linkcode STILL_UNKNOWN} if it cannot find out; throwing means the same.
   * Then a person decides: `session.retry()`, `settle()` or `deny()`. Default: a person decides.
   */
  readonly whenUnknown?: (args: Args, given: ToolContext<Data, Context>) => unknown;
  /**
   * Number of identical rounds of calls with identical results that counts as a loop;
   * `Infinity` for a tool that polls. Default: `maxRepeats` of the agent.
   */
  readonly maxRepeats?: number;
}

const NAME_REGEXP = /^[A-Za-z0-9_-]{1,64}$/;
const NAME = 'expected 1 to 64 letters, digits, "_" or "-"';
/** Longest delay of a timer, in milliseconds: about 24.8 days. */
const MAX_TIMEOUT = 2 ** 31 - 1;

const shape: option.OptionShape<ToolOptions<unknown, unknown, unknown>> = {
  name: v.custom((value) => typeof value === "string" && NAME_REGEXP.test(value), NAME),
  description: option.text,
  args: option.anything,
  data: option.schema,
  context: option.schema,
  run: v.function("expected a function"),
  timeout: option.optionalNumber(
    `expected a number of milliseconds from 1 to ${MAX_TIMEOUT}`,
    (value) => value >= 1 && value <= MAX_TIMEOUT,
  ),
  guard: option.callable,
  needsApproval: option.flagOr("function", "expected true, false or a function"),
  expiresAfter: option.wholeNumber(1),
  once: option.flag,
  whenUnknown: option.callable,
  maxRepeats: option.repeats,
};

/**
 * Named function that the model may call, with the schema of its arguments. Create a tool
 * once, at module level, and pass objects of one conversation to it as `context`.
 *
 * The arguments are described to the model by a JSON Schema, whose form depends on the
 * {@linkcode SchemaProfile} of the model. In the profile of most models, `openaiStrict`:
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
 * The full schema validates the arguments that the model writes. Restrictions on the
 * output of a transformation are not shown to the model.
 *
 * @throws {ConfigError} if an option is invalid, or no model accepts any form of the schema.
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
export class Tool<out Args = unknown, in Data = unknown, in Context = unknown>
  implements AnyTool<Data, Context> {
  /** Name of the tool. */
  readonly name: string;
  /** Description for the model. */
  readonly description: string;
  /** Schema of its arguments, as the author wrote it. */
  readonly args: StandardSchema<unknown, Args>;
  /** Time after which a call fails, in milliseconds; undefined if there is none. */
  readonly timeout: number | undefined;
  /** Returns true if the tool is offered; undefined if always. */
  readonly guard: ((given: GuardContext<Data, Context>) => boolean) | undefined;
  /** True if a call never runs twice unasked. */
  readonly once: boolean;
  /** Number of identical rounds of calls that counts as a loop; undefined for the agent's. */
  readonly maxRepeats: number | undefined;

  /** Validates the options and creates the tool. */
  constructor(options: ToolOptions<Args, Data, Context>) {
    const what = `Cannot create tool ${quote(options?.name)}`;
    option.checkOptions(shape, options, what);
    const { name, args, data, context, run, needsApproval = false, once = false } = options;
    const { whenUnknown, expiresAfter } = options;
    if (whenUnknown !== undefined && !once) {
      throw new ConfigError(
        `${what}: "whenUnknown" is only called for tools that never run a call twice: ` +
          'set "once: true", or leave out "whenUnknown"',
      );
    }
    const owner = `tool "${name}"`;
    const schema = WireSchema.of(args, owner);
    if (!schema.isObject) {
      throw new ConfigError(
        `Cannot use the schema of ${owner}: "type" at its root allows other values than objects: ` +
          "expected an object schema, with a property per argument",
      );
    }
    this.name = name;
    this.description = options.description;
    this.args = args;
    this.timeout = options.timeout;
    this.guard = options.guard;
    this.once = once;
    this.maxRepeats = options.maxRepeats;
    const approval = { needsApproval, expiresAfter, whenUnknown };
    const parts = { schema, run, ...approval, data, context };
    registerInternals(this, parts as ToolInternals);
    Object.defineProperty(this, TOOL_OPTIONS, { value: { ...options } });
  }

  /**
   * Validates arguments and runs the tool to its end, without an agent or a session. Returns what
   * `run` returns; of a generator, its return value, or the last value that it yields. Unless they
   * are given, `data` has the defaults of the tool's schema, and `setData` does nothing.
   *
   * @throws {ToolArgumentsError} if the arguments do not satisfy the schema.
   */
  async call(args: unknown, given: TrialContext<Data, Context> = {}): Promise<unknown> {
    const { schema, run, data } = toolInternals(this);
    const result = await schema.validate(args, false);
    if (result.issues) {
      const reasons = describeIssues(result.issues);
      throw new ToolArgumentsError(`Cannot call tool "${this.name}": ${reasons}`);
    }
    const call: ToolContext = {
      data: readDefaults(data),
      setData: () => {},
      context: undefined,
      sessionId: "none",
      step: "none",
      callKey: "none",
      signal: new AbortController().signal,
      ...given as Partial<ToolContext>,
    };
    const returned = await run(result.value, call);
    const { drain, isGenerator } = await import("./drain.ts");
    return isGenerator(returned) ? (await drain(returned, call.signal)).value : returned;
  }
}

/** Returns the defaults of a schema of data; nothing if it has none. */
function readDefaults(schema: StandardSchema | undefined): object {
  const result = schema?.["~standard"].validate({});
  return result !== undefined && "value" in result ? result.value as object : {};
}
