/**
 * A store with somebody between it and those who use it.
 *
 * @module
 */
import type { Store } from "@nomos/agent/store";

/** The methods that are intercepted. */
export type StoreMethod = Exclude<keyof Store, "name" | "close">;

/** Decides about a call: may let it through, fail, or die, before or after. */
export type Intercept = <Result>(
  method: StoreMethod,
  call: () => Promise<Result>,
) => Promise<Result>;

/** Methods that change what is stored. */
const WRITES: readonly StoreMethod[] = ["create", "claim", "renew", "release", "append", "delete"];

/** True if a method changes what is stored. */
export function isWrite(method: StoreMethod): boolean {
  return WRITES.includes(method);
}

/** A store whose every call, but for closing it, goes through an {@linkcode Intercept}. */
export function interceptedStore(store: Store, intercept: Intercept): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const member = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name === "close") return () => target.close();
      return (...args: unknown[]) =>
        intercept(name as StoreMethod, () => member.apply(target, args));
    },
  });
}
