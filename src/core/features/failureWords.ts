const words: Readonly<Record<string, string>> = {
  unauthenticated: 'not signed in',
  'not-found': 'not found',
  timeout: 'no answer in time',
  'invalid-response': 'unexpected answer',
  'other-account': 'another account',
};

/** Why something could not be found out, as people say it; the machine's own word where that is one of theirs. */
export function failureWords(reason: string): string {
  return words[reason] ?? reason;
}
