/** One line of the report that the extension host writes and the runner reads. */
export type HostEvent =
  | { readonly event: 'started'; readonly name: string }
  | { readonly event: 'ended'; readonly name: string; readonly milliseconds: number; readonly error?: string }
  | { readonly event: 'finished'; readonly tests: number };
