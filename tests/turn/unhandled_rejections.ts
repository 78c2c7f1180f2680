/** Runs a function, and returns the reasons of the unhandled rejections meanwhile. */
export async function unhandledDuring(run: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  addEventListener("unhandledrejection", note);
  try {
    await run();
  } finally {
    // The event is dispatched at the end of a task of the event loop.
    const { port1, port2 } = new MessageChannel();
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
    port1.close();
    port2.close();
    removeEventListener("unhandledrejection", note);
  }
  return unhandled;
}
