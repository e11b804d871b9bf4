/** The first clause of a finding's message, for a row that has little room; whole, for who shows it knows how much room there is. */
export function shortened(message: string): string {
  // A value alone says nothing: what is said of it stands behind the colon.
  return /^(?:'[^']*': )?.*?(?=[;.:](?:\s|$)|$)/.exec(message)?.[0] ?? message;
}
