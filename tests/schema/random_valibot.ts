/** Arbitraries of valibot schemas for `fast-check`, with values that they accept. */
import * as fc from "fast-check";
import * as v from "valibot";

/** Value in two forms. */
export interface Value {
  /** Value that the author's schema accepts, without absent properties. */
  readonly authored: unknown;
  /** Same value, with null for absent properties. */
  readonly nulled: unknown;
}

/** Schema with an arbitrary of its values. */
export interface Sample {
  readonly schema: v.GenericSchema;
  readonly values: fc.Arbitrary<Value>;
  readonly isNullable: boolean;
}

/** Construct that only some profiles support. */
export type Feature = "open" | "unknown" | "intersect" | "recursive" | "rest";

/** Returns an arbitrary of object schemas, for arguments. */
export function objectSamples(features: readonly Feature[]): fc.Arbitrary<Sample> {
  return new Samples(new Set(features)).object(3);
}

function plain(schema: v.GenericSchema, values: fc.Arbitrary<unknown>, isNullable = false): Sample {
  return { schema, isNullable, values: values.map((one) => ({ authored: one, nulled: one })) };
}

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const whole = fc.integer({ min: -50, max: 50 });

/** Schemas without parts. Their values satisfy their restrictions. */
const LEAVES: readonly Sample[] = [
  plain(v.string(), text),
  plain(v.pipe(v.string(), v.nonEmpty()), text.filter((one) => one.length > 0)),
  plain(v.pipe(v.string(), v.minLength(3)), text.filter((one) => one.length >= 3)),
  plain(v.pipe(v.string(), v.length(2)), fc.constantFrom("ab", "\u{1f600}", "é!")),
  plain(v.pipe(v.string(), v.regex(/^[a-c]{2}\b/)), fc.constantFrom("ab", "ca d")),
  plain(v.pipe(v.string(), v.regex(/^[a-c]+$/i)), fc.constantFrom("ab", "CA")),
  plain(v.pipe(v.string(), v.regex(/^(?:[\w.-]+|\d{2}\/)$/)), fc.constantFrom("a_b.c-1", "42/")),
  plain(v.pipe(v.string(), v.email()), fc.constantFrom("a@example.com", "b.c@example.org")),
  plain(v.pipe(v.string(), v.isoTimestamp()), fc.constantFrom("2026-09-01T10:00:00Z")),
  plain(v.pipe(v.string(), v.isoTime()), fc.constantFrom("10:30")),
  plain(v.pipe(v.string(), v.notValue("no")), text.filter((one) => one !== "no")),
  plain(v.number(), fc.oneof(whole, fc.constantFrom(0.5, -1e9))),
  plain(
    v.pipe(v.number(), v.integer(), v.gtValue(0), v.ltValue(9)),
    fc.integer({ min: 1, max: 8 }),
  ),
  plain(v.pipe(v.number(), v.integer(), v.minValue(-9)), fc.constantFrom(-9, -1, 0, 12)),
  plain(v.pipe(v.number(), v.gtValue(0), v.maxValue(2)), fc.constantFrom(0.25, 1, 2)),
  plain(v.pipe(v.number(), v.multipleOf(4), v.minValue(-8)), fc.constantFrom(-8, 0, 12)),
  plain(v.boolean(), fc.boolean()),
  plain(v.null(), fc.constant(null), true),
  plain(v.literal("only"), fc.constant("only")),
  plain(v.literal(true), fc.constant(true)),
  plain(v.literal(7), fc.constant(7)),
  plain(v.picklist(["a", "b", 3]), fc.constantFrom("a", "b", 3)),
];

/** Number of names so far. Names are unique, so that no null is ambiguous. */
let names = 0;

class Samples {
  constructor(readonly features: ReadonlySet<Feature>) {}

  any(depth: number): fc.Arbitrary<Sample> {
    const leaf = fc.constantFrom(...LEAVES);
    if (depth === 0) return leaf;
    const open = [
      ...(this.features.has("open") ? [this.record(depth), this.loose(depth)] : []),
      ...(this.features.has("unknown") ? [fc.constant(UNKNOWN)] : []),
      ...(this.features.has("intersect") ? [this.intersection(depth)] : []),
      ...(this.features.has("recursive") ? [fc.constant(TREE)] : []),
    ];
    return fc.oneof(
      { weight: 4, arbitrary: leaf },
      this.list(depth),
      this.tuple(depth),
      this.nullable(depth),
      this.union(depth),
      this.object(depth),
      ...open,
    );
  }

  list(depth: number): fc.Arbitrary<Sample> {
    return fc.tuple(this.any(depth - 1), fc.nat(3)).map(([item, least]): Sample => ({
      schema: v.pipe(v.array(item.schema), v.minLength(least), v.maxLength(least + 2)),
      isNullable: false,
      values: all(fc.array(item.values, { minLength: least, maxLength: least + 2 })),
    }));
  }

  tuple(depth: number): fc.Arbitrary<Sample> {
    const rest = this.features.has("rest") ? fc.boolean() : fc.constant(false);
    const items = fc.array(this.any(depth - 1), { minLength: 1, maxLength: 3 });
    return fc.tuple(items, this.any(depth - 1), rest).map(([items, other, hasRest]): Sample => {
      const schemas = items.map(({ schema }) => schema);
      const first = fc.tuple(...items.map(({ values }) => values));
      const more = hasRest ? fc.array(other.values, { maxLength: 2 }) : fc.constant([]);
      return {
        schema: hasRest ? v.tupleWithRest(schemas, other.schema) : v.tuple(schemas),
        isNullable: false,
        values: all(fc.tuple(first, more).map((parts) => parts.flat())),
      };
    });
  }

  nullable(depth: number): fc.Arbitrary<Sample> {
    return this.any(depth - 1).map((inner): Sample => ({
      schema: v.nullable(inner.schema),
      isNullable: true,
      values: fc.oneof(inner.values, fc.constant({ authored: null, nulled: null })),
    }));
  }

  union(depth: number): fc.Arbitrary<Sample> {
    const branches = fc.array(this.object(depth - 1, true), { minLength: 1, maxLength: 3 });
    return branches.map((branches): Sample => ({
      schema: v.union(branches.map(({ schema }) => schema)),
      isNullable: false,
      values: fc.oneof(...branches.map(({ values }) => values)),
    }));
  }

  object(depth: number, isBranch = false): fc.Arbitrary<Sample> {
    const property = fc.tuple(this.any(Math.max(depth - 1, 0)), fc.boolean());
    return fc.array(property, { maxLength: 4 }).map((properties): Sample => {
      const kind = `kind ${++names}`;
      const entries = properties.map(([sample, isOptional]) => {
        return { name: `p${++names}`, sample, isOptional };
      });
      const schemas = entries.map(({ name, sample, isOptional }) => [
        name,
        isOptional ? v.optional(sample.schema) : sample.schema,
      ]);
      // Branches have a discriminator, as an author would write them.
      if (isBranch) schemas.push(["kind", v.literal(kind)]);
      const values = entries.map(({ name, sample, isOptional }): fc.Arbitrary<Member> => {
        const present = sample.values.map((value): Member => [name, value]);
        // An optional nullable property is never absent: its null would be kept.
        if (!isOptional || sample.isNullable) return present;
        return fc.oneof(present, fc.constant<Member>([name, ABSENT]));
      });
      const own: Member[] = isBranch ? [["kind", { authored: kind, nulled: kind }]] : [];
      return {
        schema: v.object(Object.fromEntries(schemas)),
        isNullable: false,
        values: fc.tuple(...values).map((members) => joined([...own, ...members])),
      };
    });
  }

  record(depth: number): fc.Arbitrary<Sample> {
    return fc.tuple(this.any(depth - 1), fc.nat(2)).map(([value, least]): Sample => {
      const members = fc.uniqueArray(fc.tuple(text, value.values), {
        selector: ([name]) => name,
        minLength: least,
        maxLength: least + 2,
      });
      return {
        schema: v.pipe(v.record(v.string(), value.schema), v.minEntries(least)),
        isNullable: false,
        values: members.filter(isSafe).map(joined),
      };
    });
  }

  loose(depth: number): fc.Arbitrary<Sample> {
    return fc.tuple(this.any(depth - 1), this.any(depth - 1)).map(([listed, other]): Sample => {
      const name = `p${++names}`;
      return {
        schema: v.objectWithRest({ [name]: listed.schema }, other.schema),
        isNullable: false,
        values: fc.tuple(listed.values, fc.option(other.values)).map(([one, another]) =>
          joined([[name, one], ...(another ? [["other", another] as Member] : [])])
        ),
      };
    });
  }

  intersection(depth: number): fc.Arbitrary<Sample> {
    return fc.tuple(this.object(depth - 1), this.object(depth - 1)).map(([a, b]): Sample => ({
      schema: v.intersect([a.schema, b.schema]),
      isNullable: false,
      values: fc.tuple(a.values, b.values).map(([one, another]) => ({
        authored: Object.assign({}, one.authored, another.authored),
        nulled: Object.assign({}, one.nulled, another.nulled),
      })),
    }));
  }
}

type Member = readonly [name: string, value: Value];

const ABSENT: Value = { authored: undefined, nulled: null };

const UNKNOWN: Sample = plain(
  v.unknown(),
  fc.constantFrom(null, "text", 1, [null], { x: null }),
  true,
);

const tree: v.GenericSchema = v.object({
  label: v.string(),
  branches: v.optional(v.array(v.lazy(() => tree))),
});

const { TREE_VALUES } = fc.letrec<{ readonly TREE_VALUES: Value }>((tie) => ({
  TREE_VALUES: fc.oneof(
    { maxDepth: 2 },
    text.map((label) =>
      joined([["label", { authored: label, nulled: label }], ["branches", ABSENT]])
    ),
    fc.tuple(text, all(fc.array(tie("TREE_VALUES"), { maxLength: 2 }))).map(([label, branches]) =>
      joined([["label", { authored: label, nulled: label }], ["branches", branches]])
    ),
  ),
}));

const TREE: Sample = { schema: tree, values: TREE_VALUES, isNullable: false };

function joined(members: readonly Member[]): Value {
  const present = members.filter(([, value]) => value !== ABSENT);
  return {
    authored: Object.fromEntries(present.map(([name, { authored }]) => [name, authored])),
    nulled: Object.fromEntries(members.map(([name, { nulled }]) => [name, nulled])),
  };
}

function all(values: fc.Arbitrary<readonly Value[]>): fc.Arbitrary<Value> {
  return values.map((items) => ({
    authored: items.map(({ authored }) => authored),
    nulled: items.map(({ nulled }) => nulled),
  }));
}

/** Returns false for inherited names: the validator fails on them, and other tests have them. */
function isSafe(members: readonly Member[]): boolean {
  return members.every(([name]) => !(name in {}));
}
