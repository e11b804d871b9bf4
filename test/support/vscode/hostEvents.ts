/** One line of the report that the extension host writes and the runner reads. */
export type HostEvent =
  | { readonly event: 'started'; readonly name: string }
  | { readonly event: 'ended'; readonly name: string; readonly milliseconds: number; readonly error?: string }
  /** The suite wants done what only a person can do; the runner does it and tells what it saw. */
  | { readonly event: 'asked'; readonly id: number; readonly deed: PersonDeed }
  | { readonly event: 'finished'; readonly tests: number };

export type PersonDeed =
  /** Waits for a modal dialog and reads it. */
  | { readonly do: 'read the dialog' }
  /** Presses a button of a dialog or a notification. */
  | { readonly do: 'press'; readonly label: string }
  /** Types into an input box or a quick pick, then Enter. */
  | { readonly do: 'answer'; readonly text: string }
  /** Marks the first entry of a quick pick of many that matches, then OK. */
  | { readonly do: 'mark'; readonly text: string }
  /** Waits for a notification with that text and reads it. */
  | { readonly do: 'read the notification'; readonly text: string };

/** What the runner answers, a line of JSON for each deed. */
export interface PersonAnswer {
  readonly id: number;
  readonly text?: string;
  readonly error?: string;
}
