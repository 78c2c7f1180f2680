/** A signal that counts the abort listeners it has. */
export function countedSignal(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const known = new Map<unknown, boolean>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: unknown, options?: unknown) => {
    known.set(listener, (options as AddEventListenerOptions | undefined)?.once === true);
    add(type, listener as EventListener, options as AddEventListenerOptions);
  };
  signal.removeEventListener = (type: string, listener: unknown) => {
    known.delete(listener);
    remove(type, listener as EventListener);
  };
  // The first listener of all: those that listen once are gone when they were told.
  add("abort", () => {
    for (const [listener, once] of known) if (once) known.delete(listener);
  });
  return { controller, listeners: () => known.size };
}
