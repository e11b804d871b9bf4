import type { Judgement } from '../judge/judge.js';
import { askTrust } from '../judge/trust.js';
import { readPolicyOf } from '../liveRules.js';

/** A list longer than this says less than its length. */
const MOST_EFFECTS = 50;

/** Whose verdict becomes another when the role's trust policy becomes this document. */
export function trustEffects(judgements: Iterable<Judgement>, roleArn: string, document: string): readonly string[] {
  const { policy } = readPolicyOf({ arn: roleArn, name: roleArn, trustPolicy: document });
  if (!policy) return [];
  const effects: string[] = [];
  for (const { row, question, role } of judgements) {
    if (!question || row.roleArn !== roleArn || role?.role.arn !== roleArn) continue;
    const { trust, detail } = askTrust(policy, question);
    if (trust === row.trust) continue;
    const miss = trust === 'denied' && detail.nearestMiss !== undefined ? ` (${detail.nearestMiss})` : '';
    effects.push(`${row.namespace}/${row.name}: ${row.trust} → ${trust}${miss}`);
  }
  return effects.length <= MOST_EFFECTS
    ? effects
    : [...effects.slice(0, MOST_EFFECTS), `and ${effects.length - MOST_EFFECTS} more`];
}
