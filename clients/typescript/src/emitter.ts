/** Listeners by name. A listener that throws disturbs neither the others nor the connection. */
export class Emitter<Names extends object> {
  private readonly listeners = new Map<keyof Names, Set<(value: never) => void>>();

  /** Adds a listener; the function that comes back removes it. */
  on<K extends keyof Names>(name: K, listener: (value: Names[K]) => void): () => void {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  /** Calls the listeners of a name. */
  emit<K extends keyof Names>(name: K, value: Names[K]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        (listener as (value: Names[K]) => void)(value);
      } catch (error) {
        report(error);
      }
    }
  }
}

/** Throws outside of the caller, where the platform reports it as any other uncaught error. */
function report(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
