/** The assertion that an object holds at least what is expected of it. @module */

import { assertEquals } from "./equality.ts";

type Properties = Record<PropertyKey, unknown>;

/**
 * Fails unless `expected` is a part of `actual`, deeply.
 *
 * Both are cut down to the properties of `expected` and compared as plain objects, so classes do
 * not count; arrays are compared up to the length of the shorter, so a longer `expected` fails.
 *
 * @param actual The object there is.
 * @param expected The part it must hold.
 * @param msg What to add to the message.
 */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(cutDown(actual as Properties, expected), cutDown(expected, expected), msg);
}

/** A plain copy of an object with only the properties that `part` has too. */
function cutDown(whole: Properties, part: Properties): Properties {
  // A pair that is met again is left as it is: so a circle comes to an end.
  const met = new WeakMap<object, object>();
  return cutObject(whole, part);

  function cutObject(whole: Properties, part: Properties): Properties {
    if (!isObject(whole) && typeof whole !== "function") {
      const kind = whole === null ? null : `type ${typeof whole}`;
      throw new TypeError(`Cannot assertObjectMatch ${kind}`);
    }
    if (met.has(whole) && met.get(whole) === part) return whole;
    met.set(whole, part);
    const keys = Reflect.ownKeys(whole);
    const partKeys = Reflect.ownKeys(part);
    const shared = keys.filter((key) => partKeys.includes(key));
    const nothingShared = keys.length > 0 && partKeys.length > 0 && shared.length === 0;
    // With nothing in common the whole is kept, so that the failure shows what was there.
    return nothingShared
      ? define(keys.map((key) => [key, whole[key]]))
      : define(shared.map((key) => [key, cutValue(whole[key], part[key])]));
  }

  function cutArray(whole: unknown[], part: unknown[]): unknown[] {
    if (met.has(whole) && met.get(whole) === part) return whole;
    met.set(whole, part);
    const length = Math.min(whole.length, part.length);
    return Array.from({ length }, (_, index) => cutValue(whole[index], part[index]));
  }

  function cutValue(whole: unknown, part: unknown): unknown {
    if (whole instanceof RegExp || whole instanceof Date) return whole;
    if (Array.isArray(whole) && Array.isArray(part)) return cutArray(whole, part);
    if (!isObject(whole) || !isObject(part)) return whole;
    if (whole instanceof Map && part instanceof Map) return cutMap(whole, part);
    if (whole instanceof Set && part instanceof Set) return whole.intersection(part);
    return cutObject(whole, part);
  }

  function cutMap(whole: Map<unknown, unknown>, part: Map<unknown, unknown>) {
    const shared = [...whole].filter(([key]) => part.has(key));
    return new Map(shared.map(([key, value]) => {
      const expected = part.get(key);
      // The values of a map are always taken for plain objects, arrays and dates too.
      const isPair = isObject(value) && isObject(expected);
      return [key, isPair ? cutObject(value, expected) : value];
    }));
  }
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null;
}

/** An object of those properties; an assignment would lose one called `__proto__`. */
function define(entries: [PropertyKey, unknown][]): Properties {
  const target: Properties = {};
  for (const [key, value] of entries) {
    Object.defineProperty(target, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return target;
}
