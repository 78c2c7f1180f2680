/**
 * Checks of names in files, whose content may be malformed.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { findNearest, isRecord, oneOf } from "../../schema/option_shape.ts";
import type { SourcePath } from "../text/source.ts";
import type { Inspection } from "./inspection.ts";

/** Kinds of named things, with the expectation as long as none exists. */
const KINDS = {
  step: "a step",
  model: "a model of llm",
  tool: "a tool that a module of tools.files exports",
  export: "a module with exports",
  "exported function": "a function that a module of tools.files exports",
};

/** Reports a name that is not among the known ones. */
export function checkName(
  inspection: Pick<Inspection, "problems" | "report">,
  path: SourcePath,
  name: unknown,
  kind: keyof typeof KINDS,
  known: Iterable<string>,
): void {
  const names = [...known];
  if (typeof name !== "string" || names.includes(name)) return;
  // With many problems, the search for each would take long.
  const nearest = inspection.problems.length < 100 ? findNearest(name, names) : undefined;
  inspection.report(path, {
    message: `there is no ${kind} ${quote(name)}`,
    expected: listNames(kind, names),
    ...nearest !== undefined && { nearest },
  });
}

/** Lists known names in a message, at most 20. */
export function listNames(kind: keyof typeof KINDS, names: readonly string[]): string {
  if (names.length === 0) return KINDS[kind];
  const others = names.length > 20 ? ` or ${names.length - 20} others` : "";
  return oneOf(names.slice(0, 20)) + others;
}

/**
 * Reports names that an earlier item of a list has.
 *
 * @param relation Words between "another" and the name.
 * @returns All names.
 */
export function checkUnique<Item>(
  inspection: Inspection,
  path: SourcePath,
  items: readonly (readonly [number, Partial<Item>])[],
  key: string & keyof Item,
  relation: string,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, { [key]: name }] of items) {
    if (typeof name !== "string") continue;
    if (names.has(name)) {
      const message = `another ${relation} ${quote(name)}`;
      inspection.report([...path, index, key], { message, expected: "each only once" });
    }
    names.add(name);
  }
  return names;
}

/** Returns the items of a list that are objects, with their positions. */
export function records<Item>(value: unknown): (readonly [number, Partial<Item>])[] {
  if (!Array.isArray(value)) return [];
  return [...value.entries()].filter(([, item]) => isRecord(item));
}
