/**
 * Store whose calls can be delayed, failed or counted.
 *
 * @module
 */
import type { Store } from "@nomos/agent/store";

/** Methods that are intercepted. */
type StoreMethod = Exclude<keyof Store, "name" | "ownerPrefix" | "close">;

/**
 * Handles a call of a store: may run it with `call`, fail, or crash before or after it. `args` are
 * its arguments.
 */
export type Intercept = <Result>(
  method: StoreMethod,
  call: () => Promise<Result>,
  args: readonly unknown[],
) => Promise<Result>;

const WRITES: readonly StoreMethod[] = [
  "create",
  "createChild",
  "claim",
  "renew",
  "release",
  "append",
  "delete",
];

/** Returns true if a method changes the stored data. */
export function isWrite(method: StoreMethod): boolean {
  return WRITES.includes(method);
}

/** Returns a store that passes every call except `close()` to `intercept`. */
export function interceptStore(store: Store, intercept: Intercept): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const member = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name === "close") return () => target.close();
      return (...args: unknown[]) =>
        intercept(name as StoreMethod, () => member.apply(target, args), args);
    },
  });
}
