const LONGEST = 80;

/** The first clause of a finding's message, for a row that has little room. */
export function shortened(message: string): string {
  const clause = /^(.*?)(?:[;.:](?:\s|$)|$)/.exec(message)?.[1] ?? message;
  return clause.length > LONGEST ? `${clause.slice(0, LONGEST - 1)}…` : clause;
}
