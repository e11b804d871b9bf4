import { AsyncLocalStorage } from 'node:async_hooks';

/** What the attempts of one call met: a call that runs out of time while it is throttled was throttled, not left unanswered. */
export const attempts = new AsyncLocalStorage<{ lastError?: unknown }>();

interface Stack {
  add(
    middleware: (next: (args: never) => Promise<unknown>) => (args: never) => Promise<unknown>,
    options: { step: 'finalizeRequest'; priority: 'low'; name: string },
  ): void;
}

/** Notes each attempt's error; stands inside the SDK's retries. */
export function noteAttempts(client: { readonly middlewareStack: unknown }): void {
  (client.middlewareStack as Stack).add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const call = attempts.getStore();
        if (call) call.lastError = error;
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'noteAttempts' },
  );
}
