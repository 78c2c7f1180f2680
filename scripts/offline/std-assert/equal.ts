/** Deep equality, as the real package means it. @module */

/** Compares one pair of values that lie inside the two values being compared. */
type Compare = (a: unknown, b: unknown) => boolean;

const TypedArray = Object.getPrototypeOf(Uint8Array) as abstract new () => Uint8Array;

/** Classes whose text says all there is to say about an instance. */
const TEXTUAL_PROTOTYPES: ReadonlySet<unknown> = new Set([
  RegExp.prototype,
  URL.prototype,
  URLSearchParams.prototype,
]);

/**
 * Returns true if two values are deeply equal.
 *
 * Unlike `isDeepStrictEqual` of `node:util`: `0` equals `-0`; an object without a prototype equals a
 * plain one; a property that is `undefined` does not equal a missing one; the `length` of an array
 * is not compared, only its elements are; of a class instance every property counts, be it hidden
 * or inherited.
 *
 * Weak collections and dates of `Temporal` are left to the real package: no test compares them.
 */
export function equal(a: unknown, b: unknown): boolean {
  // A pair under comparison counts as equal when it occurs again, so that a cycle ends.
  const met = new Map<object, object>();
  const compare: Compare = (a, b) => {
    if (isSame(a, b)) return true;
    if (!isObject(a) || !isObject(b)) return false;
    if (a instanceof Date && b instanceof Date) return isSame(a.getTime(), b.getTime());
    if (!havePrototypeInCommon(a, b)) return false;
    if (a instanceof TypedArray) return haveSameElements(a, b as Uint8Array);
    if (a instanceof ArrayBuffer) {
      return haveSameElements(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
    }
    if (met.get(a) === b) return true;
    if (Object.keys(a).length !== Object.keys(b).length) return false;
    met.set(a, b);
    if (a instanceof Map) return areMapsEqual(a, b as Map<unknown, unknown>, compare);
    // A set is a map of each value to itself.
    if (a instanceof Set) {
      return areMapsEqual(new Map(a.entries()), new Map((b as Set<unknown>).entries()), compare);
    }
    if (TEXTUAL_PROTOTYPES.has(Object.getPrototypeOf(a))) return String(a) === String(b);
    return havePropertiesEqual(a, b, compare);
  };
  return compare(a, b);
}

/** The same by `===` or by `Object.is`: zeros are equal, and so is `NaN` to itself. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function havePrototypeInCommon(a: object, b: object): boolean {
  const [one, other] = [a, b].map((value) => Object.getPrototypeOf(value) ?? Object.prototype);
  return one === other;
}

function haveSameElements(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((element, index) => isSame(element, b[index]));
}

function areMapsEqual(
  a: Map<unknown, unknown>,
  b: Map<unknown, unknown>,
  compare: Compare,
): boolean {
  if (a.size !== b.size) return false;
  const [entries, others] = [[...a], [...b]];
  if (!entries.some(([key]) => isReference(key))) {
    return entries.every(([key, value]) => b.has(key) && compare(value, b.get(key)));
  }
  return entries.every(([key, value]) =>
    others.some(([otherKey, other]) => compare(key, otherKey) && compare(value, other))
  );
}

/** Returns true for a key that must be compared deeply: an object or a function. */
function isReference(value: unknown): boolean {
  return isObject(value) || typeof value === "function";
}

function havePropertiesEqual(a: object, b: object, compare: Compare): boolean {
  const keys = isPlain(a)
    ? Reflect.ownKeys({ ...a, ...b })
    : new Set([...keysUpTheChain(a), ...keysUpTheChain(b)]);
  for (const key of keys) {
    if (!compare(Reflect.get(a, key), Reflect.get(b, key))) return false;
    if (key in a !== key in b) return false;
  }
  return true;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || prototype === Array.prototype;
}

/** Every key of an object and of its classes, hidden ones too, short of the built-in roots. */
function keysUpTheChain(value: object): Set<string | symbol> {
  const keys = new Set<string | symbol>();
  for (
    let level: object | null = value;
    level !== null && level !== Object.prototype && level !== Array.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const key of Reflect.ownKeys(level)) keys.add(key);
  }
  return keys;
}
