/**
 * Keywords of a schema that a profile says in words only.
 *
 * @module
 */
import { isPlainObject } from "../../json/json.ts";
import type { SchemaProfile } from "../schema_profile.ts";
import type { WireForm } from "../wire_schema.ts";
import { isEqual } from "./merge_keywords.ts";
import type { Normal } from "./normal_form.ts";
import { addRestrictions, RESTRICTIONS } from "./restrictions.ts";
import { joinPath } from "./schema_document.ts";

/** Keyword that is not sent to a model, except in words. */
export interface LostKeyword {
  /** Path of the value, for example `items[].size`; empty for the whole. */
  readonly path: string;
  /** Keyword, for example `minimum`. */
  readonly keyword: string;
}

/** Lists the keywords of a schema that its lowered form lacks, or has with a wider value. */
export function listLostKeywords(
  { document: { root, normalizer }, patternsTrusted }: WireForm,
  profile: SchemaProfile,
): LostKeyword[] {
  const sent = patternsTrusted
    ? profile
    : { ...profile, stringKeywords: profile.stringKeywords.filter((word) => word !== "pattern") };
  const found = new Map<string, LostKeyword>();
  const seen = new Set<Normal>();
  const visit = (source: unknown, path: string): void => {
    const normal = normalizer.normalize(source);
    if (seen.has(normal)) return;
    seen.add(normal);
    if (normal.kind === "reference") return visit(normal.target, path);
    if (normal.kind === "union") return normal.branches.forEach((branch) => visit(branch, path));
    if (normal.kind === "all") return normal.parts.forEach((part) => visit(part, path));
    if (normal.kind !== "type") return;
    for (const keyword of listLostHere(normal, sent)) {
      found.set(JSON.stringify([path, keyword]), { path, keyword });
    }
    const { properties, additionalProperties, items, prefixItems } = normal.schema;
    for (const [name, part] of Object.entries(properties ?? {})) visit(part, joinPath(path, name));
    if (isPlainObject(additionalProperties)) visit(additionalProperties, `${path}{}`);
    if (items !== undefined) visit(items, `${path}[]`);
    if (Array.isArray(prefixItems)) {
      prefixItems.forEach((item, index) => visit(item, `${path}[${index}]`));
    }
  };
  visit(root, "");
  return [...found.values()];
}

/** Lists the keywords of one value that are lost. */
function listLostHere(
  { schema, type }: Normal & { readonly kind: "type" },
  profile: SchemaProfile,
): readonly string[] {
  const kind = type === "integer" ? "number" : type;
  if (!Object.hasOwn(RESTRICTIONS, kind)) return [];
  const known = kind as keyof typeof RESTRICTIONS;
  const form = addRestrictions({ type }, schema, known, profile, []);
  const lost = RESTRICTIONS[known].filter((keyword) =>
    schema[keyword] !== undefined && schema[keyword] !== false &&
    // A pattern may be sent in another notation.
    !(keyword === "pattern" ? keyword in form : isEqual(form[keyword], schema[keyword]))
  );
  const isTupleLost = schema.prefixItems !== undefined && profile.tuples !== "prefixItems";
  return isTupleLost ? [...lost, "prefixItems"] : lost;
}
