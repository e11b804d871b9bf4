import type { Annotation, Metadata, ServiceAccount, Workload } from '../facts/model.js';
import { checkRoleArn } from '../iam/arn.js';
import { replaceValue } from '../syntax/edits.js';
import { hasHole, literalOf } from '../syntax/text.js';
import { literal } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix } from './rule.js';
import { annotationNamed, merged, removeMember, rename } from './support/annotationEdits.js';
import { LEGACY_ROLE, ROLE_ARN } from './support/annotationKeys.js';
import { deploymentYaml, exampleArn } from './support/manifestExamples.js';
import { annotateAccount, podAccount } from './support/podAccount.js';
import { ACCOUNT_PLACEHOLDER, arnOfRole, roleArn, roleName } from './support/roleArns.js';
import { typed } from './support/typed.js';

export const saLegacyAnnotation = defineRule({
  id: 'sa-legacy-annotation',
  severity: 'warning',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: `Roles are given by '${ROLE_ARN}' on the service account, not by '${LEGACY_ROLE}' of kube2iam and kiam.`,
    why: 'The EKS webhook does not know that annotation. It works only where kube2iam or kiam run on the nodes, which are both no longer maintained and let any pod ask for any role.',
    bad: {
      'deploy.yaml': deploymentYaml('cart', 'shop', { account: 'cart', podAnnotations: [`${LEGACY_ROLE}: shop-cart`] }),
    },
    good: {
      'sa.yaml': `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cart\n  namespace: shop\n  annotations:\n    ${ROLE_ARN}: ${exampleArn('shop-cart')}\n`,
    },
    links: [
      'https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html',
      'https://github.com/jtblin/kube2iam',
      'https://github.com/uswitch/kiam',
    ],
  },
  check(facts, report, workspace) {
    for (const account of facts.serviceAccounts) {
      for (const annotation of legacyIn(account.metadata)) {
        report({
          at: annotation.key,
          message: hasRole(account) ? `${UNREAD}; '${ROLE_ARN}' is there already.` : message("the service account's"),
          fixes: () => onAccount(account, annotation, workspace),
        });
      }
    }
    for (const workload of facts.workloads) {
      const { metadata, podMetadata } = workload;
      const onPods = podMetadata && podMetadata !== metadata ? legacyIn(podMetadata) : NONE;
      for (const annotation of [...legacyIn(metadata), ...onPods]) {
        report({
          at: annotation.key,
          message: message("the pods' service account's"),
          fixes: () => onWorkload(workload, annotation, workspace),
        });
      }
    }
    for (const { metadata } of facts.annotated) {
      for (const annotation of legacyIn(metadata)) {
        report({
          at: annotation.key,
          message: message("the pods' service account's"),
          fixes: () => {
            const edits = removeMember(annotation.key);
            return edits.length === 0 ? [] : [{ title: `Remove '${LEGACY_ROLE}'`, safety: 'suggested', edits }];
          },
        });
      }
    }
  },
});

const UNREAD = `'${LEGACY_ROLE}' is of kube2iam and kiam, and EKS does not read it`;

function message(whose: string): string {
  return `${UNREAD}; it should be ${whose} '${ROLE_ARN}'.`;
}

function legacyIn({ annotations }: Metadata): readonly Annotation[] {
  return annotations.length === 0 ? NONE : annotations.filter(({ key }) => key.raw === LEGACY_ROLE);
}

const NONE: readonly never[] = [];

function hasRole({ metadata }: Pick<ServiceAccount, 'metadata'>): boolean {
  return annotationNamed(metadata, ROLE_ARN)?.value !== undefined;
}

function onAccount({ metadata }: ServiceAccount, { key, value }: Annotation, workspace: Workspace): Fix[] {
  if (hasRole({ metadata })) {
    const edits = removeMember(key);
    return edits.length === 0
      ? []
      : [{ title: `Remove it: '${ROLE_ARN}' is there already`, safety: 'suggested', edits }];
  }
  return arnsFor(value, workspace).flatMap((arn): Fix[] => {
    const renamed = rename(key, ROLE_ARN);
    if (renamed.length === 0 || !value) return [];
    const same = value.kind === 'string' && typed(value) === arn;
    return [
      {
        title: `Replace by '${ROLE_ARN}: ${arn}'`,
        safety: 'suggested',
        edits: same ? renamed : [...renamed, replaceValue(value, arn)],
        ...placeholder(arn),
      },
    ];
  });
}

function onWorkload(workload: Workload, { key, value }: Annotation, workspace: Workspace): Fix[] {
  const removed = removeMember(key);
  const target = podAccount(workload, workspace);
  if (removed.length === 0) return [];
  const remove: Fix = { title: `Remove '${LEGACY_ROLE}'`, safety: 'suggested', edits: removed };
  if (!target || (target.fact && annotationNamed(target.fact.metadata, ROLE_ARN)?.value)) return [remove];
  const moves = arnsFor(value, workspace).flatMap((arn): Fix[] => {
    const edits = annotateAccount(target, workload, [{ key: ROLE_ARN, value: arn }]);
    if (edits.length === 0) return [];
    const who = `${target.fact ? '' : 'a new '}service account '${target.name}'`;
    return [
      {
        title: `Give ${who} the role '${arn}' instead`,
        safety: 'suggested',
        edits: merged([...removed, ...edits]),
        ...placeholder(arn),
      },
    ];
  });
  return [...moves, remove];
}

/** kube2iam takes a role's name as well as its ARN. */
function arnsFor(value: Annotation['value'], workspace: Workspace): string[] {
  if (value?.kind !== 'string' || value.raw === '') return [];
  const text = typed(value);
  if (hasHole(value.text) || checkRoleArn(value.text).ok !== 'no') return [text];
  const name = (literalOf(value.text) ?? text).split('/').at(-1)!;
  const known = workspace.rolesNamed(name).flatMap((role) => {
    const arn = arnOfRole(role);
    return arn?.known && roleName(role) === name ? [arn.arn] : [];
  });
  return known.length > 0
    ? [...new Set(known)]
    : [roleArn(ACCOUNT_PLACEHOLDER, literal(value)?.replace(/^\/+/, '') ?? name)];
}

function placeholder(arn: string): { placeholder?: true } {
  return arn.includes(ACCOUNT_PLACEHOLDER) ? { placeholder: true } : {};
}
