import type { Principal, Statement } from '../facts/model.js';
import { POD_IDENTITY } from '../iam/principals.js';
import type { Edit } from '../syntax/edits.js';
import { addProperty, removeItem, replaceString, replaceValue } from '../syntax/edits.js';
import { literal, property, type StringNode } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix } from './rule.js';
import { readAction } from './support/actions.js';
import { providerArnFor } from './support/issuers.js';
import { type PolicyReading, type StatementReading, trustReadings } from './support/reading.js';
import { irsa, LINKS, trust } from './support/trustExamples.js';
import { fix } from './support/wording.js';

export const trustWildcardPrincipal = defineRule({
  id: 'trust-wildcard-principal',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "A role for pods trusts its cluster's OIDC provider, or Pod Identity's service, by name.",
    why: "'*' is everybody, in every account. The conditions are then all that keeps others out, and each mistake in them opens the role to the world.",
    bad: trust(irsa({ Principal: '*' })),
    good: trust(irsa()),
    links: [LINKS.principal, LINKS.irsa],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        if (!reading.allows || !reading.speaks || !assumesRoles(reading.statement)) continue;
        for (const principal of reading.statement.principals) {
          if (literal(principal.value) !== '*' || !['*', 'AWS', 'Federated', 'Service'].includes(principal.type))
            continue;
          const wanted = wantedPrincipal(policy, reading, workspace);
          const whom =
            principal.type === 'Federated'
              ? 'every identity provider'
              : principal.type === 'Service'
                ? 'every service'
                : 'everybody';
          report({
            at: principal.value,
            message: `'*' trusts ${whom}; it should be { "${wanted?.type ?? 'Federated'}": "${wanted?.value ?? 'arn:aws:iam::ACCOUNT:oidc-provider/ISSUER'}" }.`,
            fixes: () => fixes(reading.statement, principal, wanted),
          });
        }
      }
    }
  },
});

function assumesRoles({ actions, notActions }: Statement): boolean {
  if (actions.length === 0) return notActions.length > 0;
  return actions.some(({ text, raw }) => raw.toLowerCase().startsWith('sts:') || readAction(text).kind !== 'unknown');
}

interface Wanted {
  readonly type: 'Federated' | 'Service';
  readonly value: string;
  readonly placeholder: boolean;
}

/** Whom the conditions speak of. */
function wantedPrincipal(policy: PolicyReading, reading: StatementReading, workspace: Workspace): Wanted | undefined {
  if (reading.speaks === 'pod-identity') return { type: 'Service', value: POD_IDENTITY, placeholder: false };
  for (const { issuerReading, foreign } of reading.conditions) {
    const found = !foreign && issuerReading?.meant && providerArnFor(issuerReading.meant, policy, workspace);
    if (found) return { type: 'Federated', value: found.arn, placeholder: found.placeholder };
  }
  return undefined;
}

function fixes(statement: Statement, principal: Principal, wanted: Wanted | undefined): readonly Fix[] {
  if (!wanted) return [];
  const title =
    wanted.type === 'Service' ? `Trust '${POD_IDENTITY}' only` : 'Trust the provider that the conditions name';
  return fix(title, 'suggested', edits(statement, principal, wanted), wanted.placeholder ? 'placeholder' : undefined);
}

function edits(statement: Statement, principal: Principal, { type, value }: Wanted): readonly Edit[] {
  const node: StringNode = principal.value;
  if (principal.type === type) return [replaceString(node, value)];
  const element = statement.principalElement;
  if (principal.type === '*' && element && 'key' in element) return [replaceValue(node, { [type]: value })];
  if (!principal.typeNode) return [];
  const alone = statement.principals.filter(({ typeNode }) => typeNode === principal.typeNode).length === 1;
  if (!alone) return besideOthers(statement, principal, type, value);
  if (statement.grammar === 'terraform-block')
    return [replaceString(principal.typeNode, type), replaceString(node, value)];
  const object = element && 'key' in element ? element.value : undefined;
  if (object?.kind !== 'object' || object.properties.length !== 1) return [];
  return [replaceValue(object, { [type]: value })];
}

/** The star goes from its list, and the right principal comes in beside it. */
function besideOthers(
  statement: Statement,
  { value: star, typeNode }: Principal,
  type: string,
  wanted: string,
): readonly Edit[] {
  const element = statement.principalElement;
  const object = element && 'key' in element ? element.value : undefined;
  if (object?.kind !== 'object') return [];
  const list = object.properties.find(({ key }) => key === typeNode)?.value;
  if (list?.kind !== 'array' || property(object, type)) return [];
  return [removeItem(list, star), addProperty(object, type, wanted)];
}
