import { conditionsMeantFor, isGuard, type PolicyReading } from './reading.js';
import { literalCoverage, patternCoverage } from './subjectPattern.js';

/** The service accounts (`namespace/name`) that a policy names one by one for IRSA, as far as the reader can tell. */
export function accountsTrustedByIrsa({ statements }: PolicyReading): ReadonlySet<string> {
  const found = new Set<string>();
  for (const reading of statements) {
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
  return found;
}
