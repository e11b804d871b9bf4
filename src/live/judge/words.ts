/** Without its path. */
export function roleName(arn: string | undefined): string {
  return arn === undefined ? '(unknown)' : (arn.split('/').pop() ?? arn);
}

/** The first three, and how many more. */
export function quote(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `'${name}'`);
  return names.length > 3 ? `${shown.join(', ')} and ${names.length - 3} more` : shown.join(', ');
}
