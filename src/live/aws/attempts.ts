import { isUnauthenticated } from './errorNames.js';

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

interface RetryStrategy {
  refreshRetryTokenForRetry(
    token: unknown,
    met: { readonly error?: unknown; readonly retryAfterHint?: Date },
  ): Promise<unknown>;
  /** Of the adaptive mode: calls in a second, at the least. */
  readonly rateLimiter?: { minFillRate?: number };
}

interface Handler {
  handle(request: object, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
}

/** Of the call with that signal; undefined where no attempt has failed. */
export function lastErrorOf(signal: AbortSignal): unknown {
  return lastErrors.get(signal);
}

/** Who says to come again later than this is told to the person who waits, instead of waiting with them. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Notes each attempt's error, keeps the SDK from waiting longer than need be, and from repeating what is not to be repeated: a refused sign-in, which it would try
 * again where the clock may be off, and what the service wants to be left alone with for long.
 */
export function noteAttempts(client: {
  readonly middlewareStack: unknown;
  readonly config: { readonly requestHandler: unknown; retryStrategy: unknown };
}): void {
  const config = client.config as { retryStrategy: () => Promise<object> };
  const strategyOf = config.retryStrategy;
  let bounded: Promise<object> | undefined;
  config.retryStrategy = () => {
    bounded ??= strategyOf().then((strategy) => boundRetries(strategy as RetryStrategy));
    return bounded;
  };
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

/**
 * The SDK goes down to one call in two seconds where it is throttled; those that wait then run out of time without having been
 * sent. No quota of IAM or EKS is lower than this.
 */
const FEWEST_CALLS_A_SECOND = 5;

function boundRetries(strategy: RetryStrategy): RetryStrategy {
  if (strategy.rateLimiter) strategy.rateLimiter.minFillRate = FEWEST_CALLS_A_SECOND;
  const refresh = strategy.refreshRetryTokenForRetry.bind(strategy);
  strategy.refreshRetryTokenForRetry = async (token, met) => {
    const { error, retryAfterHint } = met;
    if (error instanceof Error && isUnauthenticated(error.name)) throw new Error('a refused sign-in is not repeated');
    if (retryAfterHint && retryAfterHint.getTime() - Date.now() > LONGEST_WAIT_MS) throw new Error('too long to wait');
    return refresh(token, met);
  };
  return strategy;
}
