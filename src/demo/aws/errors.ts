/** An answer of AWS that is not the thing asked for. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    /** Further members of the error, in the REST protocols. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}
