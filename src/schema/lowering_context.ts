/**
 * What the parts of lowering share.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import type { NullPlan } from "./null_plan.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** A lowered part of a schema. */
export interface Lowered {
  /** Its form. */
  readonly schema: Record<string, unknown>;
  /** Where nulls are deleted in its values. */
  readonly plan: NullPlan;
}

/** The lowered value of a property. */
export interface LoweredProperty extends Lowered {
  /** Whether it refers back to what contains it, where that needs an optional property. */
  readonly closesCycle: boolean;
}

/** The lowering of one schema, for the parts that lower a construct. */
export interface LoweringContext {
  /** The whole schema, with its definitions. */
  readonly root: JsonSchema;
  /** What the model accepts. */
  readonly profile: SchemaProfile;
  /** Lowers a part; `isOpen` leaves objects open that are a part of an intersection. */
  lower(source: unknown, path: string, isOpen?: boolean): Lowered;
  /** Lowers the value of a property. */
  property(source: unknown, path: string): LoweredProperty;
  /** Lowers a union; `schema` is what the author says about it. */
  union(schema: JsonSchema, options: readonly unknown[], path: string, isOpen?: boolean): Lowered;
  /** Throws that a construct has no form. */
  refuse(path: string, what: string, expected: string): never;
}
