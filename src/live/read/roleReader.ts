import type { AwsClients } from '../aws/clients.js';
import { parseRoleArn, type RoleArn, readRole } from '../aws/roles.js';
import { breathe } from '../breathe.js';
import { readPolicyOf } from '../liveRules.js';
import type { RoleAnswer } from '../state.js';
import type { Known, LiveFailure } from '../types.js';
import { unknown } from './failures.js';
import type { Pool } from './pool.js';
import { milestone, type Reading } from './reading.js';

/** Roles and their trust policies: one call for each distinct role, however many service accounts have it. */
export class RoleReader {
  private readonly awsTried = milestone();
  private clients: AwsClients | undefined;
  private gap: LiveFailure | undefined;

  constructor(
    private readonly reading: Reading,
    private readonly pool: Pool,
  ) {}

  /** Roles can be asked for now; those that waited are. */
  readWith(clients: AwsClients): void {
    this.clients = clients;
    this.awsTried.reach();
  }

  /** AWS answers nothing, and why. */
  giveUp(gap: LiveFailure): void {
    this.gap = gap;
    this.awsTried.reach();
  }

  /** @param user key of the account whose row depends on it */
  ask(arn: string, user: string): void {
    const { state, changes, progress } = this.reading;
    changes.uses(user, arn);
    const role = parseRoleArn(arn);
    // Its row says what is wrong with it; there is nothing to ask.
    if (!role) return;
    this.pool.add(arn, async () => {
      await this.awsTried.reached;
      state.roles.set(arn, await this.read(role));
      changes.role(arn);
      progress({ what: 'roles', done: this.pool.done, total: this.pool.asked });
    });
  }

  /** Resolves when each that was asked for has an answer. */
  idle(): Promise<void> {
    return this.pool.idle();
  }

  private async read(role: RoleArn): Promise<Known<RoleAnswer>> {
    const { arn } = role;
    const { state, options, signal, failures, before } = this.reading;
    if (this.gap) return unknown(this.gap);
    if (!this.clients) return { known: false, why: 'AWS was not asked', reason: 'not-asked' };
    if (state.callerAccount !== undefined && role.account !== state.callerAccount)
      return elsewhere(role, state.callerAccount);
    const answer = await readRole(this.clients, role, options.timeoutMs, signal);
    await breathe();
    // EKS describes clusters of the caller's account only.
    const mine = state.callerAccount ?? (state.eks.known ? state.eks.value.account : undefined);
    if (!answer.ok) {
      if (answer.failure.reason !== 'not-found') return failures.gap(answer.failure);
      if (mine === role.account) return { known: true, value: { kind: 'missing' } };
      return { known: false, why: 'which account you are signed in to is not known', reason: 'not-asked' };
    }
    const found = parseRoleArn(answer.value.arn);
    if (found && found.account !== role.account) return elsewhere(role, found.account);
    const earlier = before?.roles.get(arn);
    const read = readPolicyOf(
      answer.value,
      earlier?.known && earlier.value.kind !== 'missing' ? earlier.value.read : undefined,
    );
    return { known: true, value: answer.value.arn === arn ? { kind: 'found', read } : { kind: 'other-path', read } };
  }
}

function elsewhere(role: RoleArn, mine: string): Known<never> {
  return {
    known: false,
    why: `it is in account ${role.account}; you are signed in to ${mine}`,
    reason: 'other-account',
  };
}
