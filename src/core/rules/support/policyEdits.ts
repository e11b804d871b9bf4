import type { Condition, TrustPolicy } from '../../facts/model.js';
import { isEksIssuer, parseProviderArn } from '../../iam/issuer.js';
import { DEFAULT_AUDIENCE } from '../../iam/request.js';
import { appendItem, type Edit, type Json } from '../../syntax/edits.js';
import { syntheticOf } from '../../syntax/hclNodes.js';
import { display, literalOf } from '../../syntax/text.js';
import { property } from '../../syntax/tree.js';
import { parseRoleArn } from '../../workspace/roleArn.js';
import type { Workspace } from '../../workspace/workspace.js';
import type { Fix } from '../rule.js';

/** One more value of a condition; undefined where the file has no place for it. */
export function appendValue({ values, keyProperty, block }: Condition, value: string): Edit | undefined {
  const [first] = values;
  if (first?.kind !== 'string' || syntheticOf(first)) return undefined;
  const holder =
    first.parent?.kind === 'array' ? first.parent : (keyProperty?.value ?? property(block, 'values')?.value);
  if (!holder || holder.document !== first.document) return undefined;
  const { elided } = first;
  // A module's list holds `namespace:name`, and takes nothing else.
  if (elided !== undefined && !value.startsWith(elided)) return undefined;
  return appendItem(holder, elided === undefined ? value : value.slice(elided.length));
}

/** One more statement for a service account, with each provider that the workspace knows. */
export function trustByIrsa(policy: TrustPolicy, subject: string, workspace: Workspace): Fix[] {
  return knownProviders(policy, workspace).flatMap(({ arn, issuer }) => {
    const edit = addStatement(policy, {
      Effect: 'Allow',
      Principal: { Federated: arn },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${issuer}:sub`]: subject, [`${issuer}:aud`]: DEFAULT_AUDIENCE } },
    });
    return edit
      ? [{ title: `In the trust policy: let '${subject}' in by '${arn}'`, safety: 'suggested', edits: [edit] }]
      : [];
  });
}

/** One more statement for the pods of a service account under EKS Pod Identity. */
export function trustByPodIdentity(policy: TrustPolicy, namespace: string, name: string): Fix[] {
  const edit = addStatement(policy, {
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: {
        'aws:RequestTag/kubernetes-namespace': namespace,
        'aws:RequestTag/kubernetes-service-account': name,
      },
    },
  });
  return edit
    ? [
        {
          title: `In the trust policy: let '${namespace}/${name}' in by Pod Identity`,
          safety: 'suggested',
          edits: [edit],
        },
      ]
    : [];
}

function addStatement(policy: TrustPolicy, statement: Json): Edit | undefined {
  const list = property(policy.node, 'Statement')?.value;
  return list?.kind === 'array' && list.items.length > 0 && list.document === policy.node.document
    ? appendItem(list, statement)
    : undefined;
}

function knownProviders({ role }: TrustPolicy, workspace: Workspace): { arn: string; issuer: string }[] {
  const account = role?.account ?? (role?.arn ? parseRoleArn(role.arn.text)?.account : undefined);
  const found = new Map<string, { arn: string; issuer: string }>();
  const values = [
    ...workspace
      .trustPolicies()
      .flatMap(({ statements }) => statements.flatMap(({ principals }) => principals.map(({ value }) => value.text))),
    ...workspace.oidcProviders().flatMap(({ arn }) => (arn ? [arn.text] : [])),
  ];
  for (const text of values) {
    const arn = literalOf(text);
    const provider = parseProviderArn(text);
    if (arn === undefined || !provider || isEksIssuer(provider.issuer) !== 'yes') continue;
    // A role trusts providers of its own account only.
    if (account !== undefined && literalOf(provider.account) !== account) continue;
    found.set(arn, { arn, issuer: display(provider.issuer) });
  }
  return [...found.values()];
}
