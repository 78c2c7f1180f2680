/** Values under dotted names: `a.b` is the property `b` of the object `a`. @module */

/** An object that may hold others of its kind. */
export type Nested = Record<string, unknown>;

/** Whether there is a value under the name. */
export function hasNested(target: Nested, name: string): boolean {
  let current = target;
  for (const key of name.split(".")) {
    if (!Object.hasOwn(current, key)) return false;
    current = current[key] as Nested;
  }
  return true;
}

/** Sets the value under the name, making the objects on the way. */
export function setNested(target: Nested, name: string, value: unknown): void {
  const { holder, key } = resolve(target, name);
  holder[key] = value;
}

/** Adds the value to the list under the name; a truthy single value there becomes its first item. */
export function collectNested(target: Nested, name: string, value: unknown): void {
  const { holder, key } = resolve(target, name);
  const present = Object.hasOwn(holder, key) ? holder[key] : undefined;
  if (Array.isArray(present)) present.push(value);
  else holder[key] = present ? [present, value] : [value];
}

function resolve(target: Nested, name: string): { holder: Nested; key: string } {
  const keys = name.split(".");
  const key = keys.pop() ?? "";
  let holder = target;
  for (const step of keys) {
    // Only own properties are followed: a flag must never reach into a prototype.
    if (!Object.hasOwn(holder, step) || holder[step] === undefined || holder[step] === null) {
      holder[step] = {};
    }
    holder = holder[step] as Nested;
  }
  return { holder, key };
}
