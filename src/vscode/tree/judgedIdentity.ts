import type { FileIdentity } from '../../core/features/identities.js';
import { shortened } from '../../core/features/shortened.js';
import type { Severity } from '../../core/rules/rule.js';
import type { Place } from '../../core/syntax/tree.js';

/** What a rule says of a service account, its association or its role's trust policy. */
export interface IdentityFinding {
  readonly ruleId: string;
  readonly severity: Severity;
  readonly message: string;
  readonly place: Place;
}

/** A service account of the files with what the rules say of it: its status is the worse of both. */
export interface JudgedIdentity extends FileIdentity {
  /** The worst first. */
  readonly findings: readonly IdentityFinding[];
}

/** These say of a trust policy that it names somebody else wrongly; whoever it lets in is none the worse for it. */
const aboutOthers = new Set(['trust-unknown-subject']);

const severities: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

/** @param findingsOf all of a file, with the severities that the person wishes */
export function judged(
  identity: FileIdentity,
  findingsOf: (file: string) => readonly IdentityFinding[],
): JudgedIdentity {
  const found = [...new Set(identity.parts.map(({ file }) => file))].flatMap((file) =>
    findingsOf(file).filter(({ place }) => identity.parts.some((part) => part.file === file && within(place, part))),
  );
  const findings = found
    .filter(({ ruleId }) => identity.trust !== 'allowed' || !aboutOthers.has(ruleId))
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const [worst] = findings;
  if (!worst || !isWorse(worst.severity, identity.status)) return { ...identity, findings };
  return {
    ...identity,
    findings,
    status: worst.severity,
    summary: [shortened(worst.message), ...(identity.winner === 'none' ? [] : [identity.summary])].join(' · '),
  };
}

function within(inner: Place, outer: Place): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Does it call for attention that the chain of files alone does not call for? */
function isWorse(severity: Severity, status: FileIdentity['status']): severity is 'error' | 'warning' {
  if (status === 'error') return false;
  return severity === 'error' || (severity === 'warning' && status !== 'warning');
}
