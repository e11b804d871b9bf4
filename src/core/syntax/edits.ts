export interface Edit {
  readonly file: string;
  /** Offsets in the file, half-open. */
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}
