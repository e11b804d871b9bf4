/** A word for a POSIX shell: as it is where nothing in it means anything, else in single quotes. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command with its options, one a line where it gets long. Undefined options are left out; `true` stands alone. */
export function commandLine(
  command: string,
  options: readonly (readonly [name: string, value: string | true | undefined])[],
): string {
  const parts = options.flatMap(([name, value]) =>
    value === undefined ? [] : [value === true ? name : `${name} ${shellWord(value)}`],
  );
  const line = [command, ...parts].join(' ');
  return line.length <= 100 ? line : [command, ...parts].join(' \\\n  ');
}
