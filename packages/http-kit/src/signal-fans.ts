type OnAbort = (reason: unknown) => void;

interface Fan {
  readonly listeners: Set<OnAbort>;
  readonly onAbort: () => void;
}

/**
 * Lets many requests listen to one signal through one listener of it: adding and removing a listener at an AbortSignal
 * costs some microseconds. The listener is there only while somebody listens.
 */
export class SignalFans {
  readonly #fans = new Map<AbortSignal, Fan>();

  add(signal: AbortSignal, listener: OnAbort): void {
    const fan = this.#fans.get(signal) ?? this.#open(signal);
    fan.listeners.add(listener);
  }

  remove(signal: AbortSignal, listener: OnAbort): void {
    const fan = this.#fans.get(signal);
    if (fan === undefined || !fan.listeners.delete(listener) || fan.listeners.size > 0) return;
    this.#fans.delete(signal);
    signal.removeEventListener('abort', fan.onAbort);
  }

  #open(signal: AbortSignal): Fan {
    const listeners = new Set<OnAbort>();
    const onAbort = (): void => {
      this.#fans.delete(signal);
      for (const listener of listeners) listener(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const fan = { listeners, onAbort };
    this.#fans.set(signal, fan);
    return fan;
  }
}
