export interface HostTest {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

/** The tests of this bundle, in the order in which its files declared them. */
export const declared: HostTest[] = [];

/** Declares a test that runs inside VS Code's extension host. */
export function test(name: string, run: () => void | Promise<void>): void {
  declared.push({ name, run });
}
