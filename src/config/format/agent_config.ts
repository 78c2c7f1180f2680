/**
 * Content of agent files, in its normal form: the long spelling of every key, and defaults filled in.
 *
 * @module
 */
import type { ServerConfig } from "./server_config.ts";

/**
 * Content of an agent file. Texts like `$NAME` stand for an environment variable and are kept as
 * they are: only {@linkcode loadAgent} reads the environment.
 */
export interface AgentConfig {
  /** Name of the agent. */
  readonly name: string;
  /** Persona of the agent. Default: none. */
  readonly persona?: string;
  /** General instruction to the model. Default: one that explains decisions. */
  readonly system_message?: string;
  /** Id of the first step. Also spelled `start`. */
  readonly start_step_id: string;
  /** Steps. */
  readonly steps: readonly StepConfig[];
  /** Maximum number of errors in a row in a turn. `@default {3}` */
  readonly max_errors: number;
  /** Maximum number of decisions in a turn. `@default {10}` */
  readonly max_iter: number;
  /** Maximum number of examples in a request. `@default {5}` */
  readonly max_examples: number;
  /** Minimum similarity of an example to the input, from 0 to 1. `@default {0.5}` */
  readonly threshold: number;
  /** Option of Nomos that has no effect. `@default {false}` */
  readonly show_steps_desc: boolean;
  /** If true, decisions include reasoning. `@default {true}` */
  readonly reasoning: boolean;
  /** Model of all steps, or several by name, one of them `global` or `default`. */
  readonly llm?: ModelConfig | Readonly<Record<string, ModelConfig>>;
  /** Model that embeds examples and inputs. Default: the model of the agent, if it can embed. */
  readonly embedding_model?: ModelConfig;
  /** Memory of Nomos. Without effect: `history` bounds what requests show. */
  readonly memory?: {
    /** Kind of memory. `@default {"base"}` */
    readonly type: "base" | "summarization";
    /** Settings. */
    readonly kwargs?: Readonly<Record<string, unknown>>;
  };
  /** Flows. Files with flows are refused unless {@linkcode ReadOptions.ignoreFlows} is set. */
  readonly flows: readonly {
    /** Id. Also spelled `id`. */
    readonly flow_id: string;
    /** Ids of the steps that enter it. */
    readonly enters: readonly string[];
    /** Ids of the steps that leave it. */
    readonly exits: readonly string[];
    /** Description. Also spelled `desc`. */
    readonly description?: string;
    /** Components by name. */
    readonly components: Readonly<Record<string, unknown>>;
  }[];
  /** Paths of JSON Schema files, by the name that `answer_model` refers to. */
  readonly schemas: Readonly<Record<string, string>>;
  /** HTTP server. */
  readonly server: ServerConfig;
  /** Tools. */
  readonly tools: {
    /** Modules whose exports are tools, relative to the file. Also spelled `files`. */
    readonly tool_files: readonly string[];
    /** Tools of packages. Also spelled `ext`. */
    readonly external_tools: readonly ExternalToolConfig[];
    /** Descriptions and arguments, by the name of the tool. Also spelled `defs`. */
    readonly tool_defs: Readonly<Record<string, ToolDefConfig>>;
  };
  /** Logging. Has no effect. */
  readonly logging?: Readonly<Record<string, unknown>>;
  /** Limits of turns and sessions. */
  readonly limits: {
    /** Limit of each turn. Default: 100 model calls. */
    readonly turn?: LimitConfig;
    /** Limit of all turns of a session together. Default: none. */
    readonly session?: LimitConfig;
  };
  /** Bounds of the history that requests show. Default: none before a model's context is full. */
  readonly history?: {
    /** Maximum size of a request, in tokens. Default: none. */
    readonly max_tokens?: number;
    /** Number of latest turns that stay word for word, if they fit. Default: 6. */
    readonly keep_turns?: number;
    /** If true, the first input stays in every request. Default: false. */
    readonly keep_first?: boolean;
    /**
     * Name of the model that summarizes older turns; true for that of the step, false for no
     * summary. Default: true.
     */
    readonly summarize?: boolean | string;
  };
  /**
   * Data of a session, by name: stored in its log, read by guards, read and changed by tools.
   * Default: none.
   */
  readonly data?: Readonly<Record<string, string | AnswerFieldConfig>>;
  /**
   * Permissions of the code of tools, in addition to those of models and files: names as `deno run`
   * takes them, or true for all.
   */
  readonly permissions: { readonly [Kind in PermissionKind]?: boolean | readonly string[] };
}

/** A step. */
export interface StepConfig {
  /** Id. Also spelled `id`. */
  readonly step_id: string;
  /** Task of the model. Also spelled `desc`. */
  readonly description: string;
  /** Routes to other steps. Also spelled `paths`. `@default {[]}` */
  readonly routes: readonly RouteConfig[];
  /** Names of tools. Also spelled `tools`. `@default {[]}` */
  readonly available_tools: readonly string[];
  /**
   * Structured answers: fields by name, or the name of one of the `schemas`, as `name` or
   * `name.definition`. Default: responses are text.
   */
  readonly answer_model?: string | Readonly<Record<string, string | AnswerFieldConfig>>;
  /** If true, the step never responds. `@default {false}` */
  readonly auto_flow: boolean;
  /** If true, responses may include quick replies. `@default {false}` */
  readonly quick_suggestions: boolean;
  /** Id of a flow. Has no effect. */
  readonly flow_id?: string;
  /** Persona and model of this step. */
  readonly overrides: {
    /** Persona that replaces the agent's. Default: the agent's. */
    readonly persona?: string;
    /** Name of one of the models. Default: `global`. */
    readonly llm?: string;
  };
  /** Examples for the model. Also spelled `eg`. `@default {[]}` */
  readonly examples: readonly ExampleConfig[];
  /** If true, the model may end the session here; text is the condition. `@default {true}` */
  readonly end: boolean | string;
  /** If true, decisions include reasoning. Default: that of the agent. */
  readonly reasoning?: boolean;
}

/** A route. */
export interface RouteConfig {
  /** Id of the step it leads to. Also spelled `to`. */
  readonly target: string;
  /** Condition, as shown to the model. Also spelled `when`. */
  readonly condition: string;
  /** Export of a tool file, a function that returns true if the route is offered. */
  readonly guard?: string;
}

/** An example for the model. */
export interface ExampleConfig {
  /** Situation, for example a sentence of the user. */
  readonly context: string;
  /** Decision to make, or a description of it. */
  readonly decision: string | {
    /** Action. */
    readonly action: "RESPOND" | "TOOL_CALL" | "MOVE" | "END";
    /** Reasoning. */
    readonly reasoning: readonly string[];
    /** Response, of `RESPOND` and `END`. */
    readonly response?: unknown;
    /** Quick replies, of `RESPOND`. */
    readonly suggestions?: readonly string[];
    /** Target, of `MOVE`. */
    readonly step_id?: string;
    /** Call, of `TOOL_CALL`. */
    readonly tool_call?: {
      /** Name of the tool. */
      readonly tool_name: string;
      /** Arguments. */
      readonly tool_kwargs: Readonly<Record<string, unknown>>;
    };
  };
  /** Visibility of the example: `dynamic` shows it for a similar input. `@default {"dynamic"}` */
  readonly visibility: "always" | "never" | "dynamic";
}

/** Field of a structured answer. */
export interface AnswerFieldConfig {
  /** Type expression such as `List[str]`; nested fields; or several alternatives of these. */
  readonly type: string | AnswerTypeConfig | readonly AnswerTypeConfig[];
  /** Description for the model. */
  readonly description?: string;
  /** Value if the field is left out. */
  readonly default?: unknown;
  /** If true, the field may be left out or null. `@default {false}` */
  readonly optional: boolean;
  /** If true, the field is a list of its type. `@default {false}` */
  readonly is_list: boolean;
}

/** Nested fields of a structured answer. */
export interface AnswerTypeConfig {
  /** Name of the type. */
  readonly name?: string;
  /** Fields by name. */
  readonly params: Readonly<Record<string, string | AnswerFieldConfig>>;
}

/** A model. */
export interface ModelConfig {
  /** Vendor. */
  readonly provider:
    | "azure"
    | "openai"
    | "mistral"
    | "google"
    | "ollama"
    | "huggingface"
    | "anthropic"
    | "groq"
    | "cohere";
  /** Name of the model, as its vendor has it. */
  readonly model: string;
  /** Embedding model. Default: that of the vendor, if it has one. */
  readonly embedding_model?: string;
  /** Settings: `api_key`, `base_url`, `temperature`, `max_tokens`, `seed`, `reasoning_effort`, `timeout`, `max_retries`. */
  readonly kwargs: Readonly<Record<string, string | number | boolean>>;
}

/** Tool of a package. */
export interface ExternalToolConfig {
  /** `@pkg/` with a package or a relative module, a dot and an export: `@pkg/npm:date-fns.addDays`. */
  readonly tag: string;
  /** Name of the tool. Default: from the export, in snake case. */
  readonly name?: string;
  /** Settings of the tool. */
  readonly kwargs?: Readonly<Record<string, string | number>>;
  /** Endpoints by the name of their tool, of `@api/`. */
  readonly map?: Readonly<Record<string, string>>;
}

/** Description of a tool. */
export interface ToolDefConfig {
  /** Description for the model. Default: that of the tool. */
  readonly desc?: string;
  /** Arguments. */
  readonly args: readonly ArgDefConfig[];
  /** Time after which a call fails, such as `5s`. Default: that of the tool. */
  readonly timeout?: string;
  /**
   * If true, a person must allow each call; or the name of an export that decides it. Default: that
   * of the tool.
   */
  readonly approval?: boolean | string;
  /** If true, a call never runs twice. Default: that of the tool. */
  readonly once?: boolean;
}

/** Argument of a tool. */
export interface ArgDefConfig {
  /** Name. */
  readonly key: string;
  /** Description for the model. */
  readonly desc?: string;
  /** Type expression such as `List[str]` or `Literal['a', 'b']`. */
  readonly type?: string;
  /** Value if the model leaves it out. */
  readonly default?: string | number | boolean;
}

/** Maximum usage. */
export interface LimitConfig {
  /** Tokens of prompts and answers. Default: no limit. */
  readonly tokens?: number;
  /** Price of model calls, in US dollars. Default: no limit. */
  readonly cost?: number;
  /** Number of model calls. Default: 100 for a turn, no limit for a session. */
  readonly model_calls?: number;
  /** Number of tool calls. Default: no limit. */
  readonly tool_calls?: number;
  /** Duration, such as `60s`. Default: no limit. */
  readonly time?: string;
}

/** Kind of a permission of Deno. */
export type PermissionKind =
  | "read"
  | "write"
  | "net"
  | "env"
  | "run"
  | "ffi"
  | "sys"
  | "import";
