import type { AwsClients } from '../aws/clients.js';
import type { Connection } from '../kubernetes/connection.js';
import type { Result } from '../types.js';
import type { Where } from './toolTexts.js';
import type { AccountName } from './types.js';

/** What planning and making changes needs of a cluster. */
export interface ChangeContext {
  readonly connection: Connection;
  readonly aws: () => Promise<Result<AwsClients>>;
  readonly where: Where;
  readonly timeoutMs: number;
  readonly now: () => Date;
  /** What is known of an account from the last read; nothing where it was not read. */
  readonly known: (
    account: AccountName,
  ) => { readonly annotation?: string; readonly associationId?: string } | undefined;
  /** Who gets in or out when the role's policy becomes this one. */
  readonly effects: (roleArn: string, document: string) => readonly string[];
}
