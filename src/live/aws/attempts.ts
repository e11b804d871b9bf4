/**
 * What the attempts of a call met: a call that runs out of time while it is throttled was throttled, not left unanswered. Calls
 * are told apart by their abort signal, which only the request handler sees. AsyncLocalStorage would be simpler, but it makes
 * every promise of the process dearer before Node 24.
 */
const lastErrors = new WeakMap<AbortSignal, unknown>();
const signals = new WeakMap<object, AbortSignal>();

interface Stack {
  add(
    middleware: (
      next: (args: { readonly request: object }) => Promise<unknown>,
    ) => (args: { readonly request: object }) => Promise<unknown>,
    options: { step: 'finalizeRequest'; priority: 'low'; name: string },
  ): void;
}

interface Handler {
  handle(request: object, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
}

/** Of the call with that signal; undefined where no attempt has failed. */
export function lastErrorOf(signal: AbortSignal): unknown {
  return lastErrors.get(signal);
}

/** Notes each attempt's error; stands inside the SDK's retries. */
export function noteAttempts(client: {
  readonly middlewareStack: unknown;
  readonly config: { readonly requestHandler: unknown };
}): void {
  const handler = client.config.requestHandler as Handler;
  const handle = handler.handle.bind(handler);
  handler.handle = (request, options) => {
    if (options?.abortSignal) signals.set(request, options.abortSignal);
    return handle(request, options);
  };
  (client.middlewareStack as Stack).add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const signal = signals.get(args.request);
        if (signal) lastErrors.set(signal, error);
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'noteAttempts' },
  );
}
