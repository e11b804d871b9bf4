/** A signal that ends with the caller's or after `ms`, whichever is first. `dispose` frees the timer and the listener. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** It was the time that ran out, not the caller who left. */
  readonly expired: boolean;
  /** Starts the time anew: something arrived. */
  extend(): void;
  dispose(): void;
}

export function deadline(outer: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  let expired = false;
  const expire = () => {
    expired = true;
    controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError'));
  };
  let timer = setTimeout(expire, ms);
  const leave = () => controller.abort(outer.reason);
  if (outer.aborted) leave();
  else outer.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    extend() {
      clearTimeout(timer);
      if (!controller.signal.aborted) timer = setTimeout(expire, ms);
    },
    dispose() {
      clearTimeout(timer);
      outer.removeEventListener('abort', leave);
    },
  };
}

/** The promise, or the signal's reason as a rejection as soon as it is aborted; what it waited for is left to itself. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) {
      promise.catch(() => undefined);
      leave();
      return;
    }
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** Waits, or rejects with the signal's reason. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const leave = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', leave);
      resolve();
    }, ms);
    signal.addEventListener('abort', leave, { once: true });
  });
}

/** Runs at most `limit` of them at a time, in order of the items. Stops taking new ones when aborted, and rejects then. */
export async function forEachOf<T>(
  items: Iterable<T>,
  limit: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const lane = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      signal.throwIfAborted();
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
}
