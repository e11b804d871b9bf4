import type { TrustPolicy } from '../../facts/model.js';
import { conditionsMeantFor, isGuard, readPolicy } from './reading.js';
import { literalCoverage, patternCoverage } from './subjectPattern.js';

const known = new WeakMap<TrustPolicy, ReadonlySet<string>>();

/** The service accounts (`namespace/name`) that a policy names one by one for IRSA, as far as the reader can tell. */
export function accountsTrustedByIrsa(policy: TrustPolicy): ReadonlySet<string> {
  let accounts = known.get(policy);
  if (!accounts) {
    const found = new Set<string>();
    for (const reading of readPolicy(policy).statements) {
      if (!reading.allows || !reading.irsa) continue;
      for (const condition of conditionsMeantFor(reading, 'sub')) {
        if (isGuard(condition) !== 'yes') continue;
        for (const { text } of condition.values) {
          const coverage = condition.operator?.wildcards ? patternCoverage(text) : literalCoverage(text);
          if (coverage.accounts === 'one' && coverage.exact)
            found.add(`${coverage.exact.namespace}/${coverage.exact.name}`);
        }
      }
    }
    accounts = found;
    known.set(policy, accounts);
  }
  return accounts;
}
