/**
 * The graph of an agent, in one normal form.
 *
 * @module
 */
import type { HeldSchemas } from "../decision/decision_schema.ts";
import type { WireSchema } from "../schema/wire_schema.ts";
import type { LLM, Message } from "../llm/llm.ts";
import type { HeldTool } from "../tool/tool_internals.ts";
import type { GuardContext } from "../tool/tool_context.ts";
import type { ContextSchema } from "../schema/standard_schema.ts";
import type { Example } from "./step.ts";

/** A route in normal form. */
export interface Route {
  /** The step it leads to. */
  readonly to: string;
  /** Condition for the model. */
  readonly when: string;
  /** Code that decides if it is offered. */
  readonly guard: ((context: GuardContext<never>) => boolean) | undefined;
}

/** The routes and tools of a step that are open now. */
export interface Offer {
  /** A short text for the combination: equal texts of one step, equal offers. */
  readonly key: string;
  /** The open routes. */
  readonly routes: readonly Route[];
  /** The open tools. */
  readonly tools: readonly HeldTool[];
}

/** A step in normal form: every default is filled in. */
export interface Step {
  readonly id: string;
  readonly description: string;
  readonly routes: readonly Route[];
  /** Sorted by name, so that equal steps give equal schemas. */
  readonly tools: readonly HeldTool[];
  readonly answer: WireSchema | undefined;
  readonly auto: boolean;
  readonly end: boolean | string;
  readonly suggestions: boolean;
  /** Persona of the step, or the agent's where another step has one. */
  readonly persona: string | undefined;
  readonly llm: LLM;
  readonly examples: readonly Example[];
  readonly reasoning: boolean;
  /** True if a tool may need approval. */
  readonly asksForApproval: boolean;
  /** True if a route or a tool has a guard, so that the offer varies. */
  readonly isGuarded: boolean;
  /** The offer if no guard objects. */
  readonly wholeOffer: Offer;
  /** Entries of the schema cache that this step keeps alive. */
  readonly schemas: HeldSchemas;
  /** Its messages, by what is offered: a message is made once. */
  readonly messages: Map<string, Message>;
}

/** A validated graph. */
export interface Graph {
  /** The steps by id. */
  readonly steps: ReadonlyMap<string, Step>;
  /** The first step of a session. */
  readonly start: string;
  /** Schemas of the agent and its tools that the context of every session must satisfy. */
  readonly contexts: readonly ContextSchema[];
}
