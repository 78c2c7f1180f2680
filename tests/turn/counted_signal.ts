/** A signal that counts its abort listeners. */
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
  // This is the first listener: at an abort, listeners with `once` are removed.
  add("abort", () => {
    for (const [listener, once] of known) if (once) known.delete(listener);
  });
  return { controller, listeners: () => known.size };
}
