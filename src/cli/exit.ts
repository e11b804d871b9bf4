/** What the exit codes mean: the command line's contract. */
export const EXIT = { fine: 0, found: 1, usage: 2, unreachable: 3 } as const;

/** Wrong usage: said on stderr, exit 2. */
export class UsageError extends Error {}
