/**
 * The shape of a step, for authors whose program no compiler has checked.
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../errors.ts";
import type { GraphProblem } from "../errors.ts";

const flag = v.optional(v.boolean());
const text = v.optional(v.string());

const exampleShape = v.object({
  context: v.string(),
  decision: v.union([v.string(), v.looseObject({ action: v.string() })]),
  show: v.optional(v.picklist(["always", "similar", "never"])),
});

const stepShape = v.looseObject({
  id: v.pipe(v.string(), v.nonEmpty()),
  description: v.string(),
  routes: v.optional(v.union([v.array(v.unknown()), v.record(v.string(), v.unknown())])),
  tools: v.optional(v.array(v.unknown())),
  auto: flag,
  end: v.optional(v.union([v.boolean(), v.string()])),
  suggestions: flag,
  persona: text,
  llm: text,
  examples: v.optional(v.array(exampleShape)),
  reasoning: flag,
});

const routeShape = v.looseObject({
  to: v.string(),
  when: v.string(),
  guard: v.optional(v.function()),
});

/** What is well formed of a value, and what is wrong with the rest. */
export interface Shaped {
  /** The fields that are well formed. */
  readonly fields: Record<string, unknown>;
  /** What is wrong with the others. */
  readonly problems: readonly GraphProblem[];
}

/** Looks at a step that may be anything. */
export function shapeStep(value: unknown, path: string): Shaped {
  return shape(stepShape, value, path);
}

/** Looks at a route that may be anything. */
export function shapeRoute(value: unknown, path: string): Shaped {
  return shape(routeShape, value, path);
}

function shape(schema: v.GenericSchema, value: unknown, path: string): Shaped {
  const result = v.safeParse(schema, value);
  const fields = { ...value as object } as Record<string, unknown>;
  const problems = (result.issues ?? []).map((issue: v.BaseIssue<unknown>) => {
    const key = issue.path?.[0]?.key;
    if (typeof key === "string") delete fields[key];
    const where = v.getDotPath(issue);
    return {
      path: where === null ? path : `${path}.${where}`,
      message: `it is ${quote(issue.input)}: expected ${issue.expected ?? "another value"}`,
    };
  });
  return { fields, problems };
}
