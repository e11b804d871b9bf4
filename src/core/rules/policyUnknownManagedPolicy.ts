import { replaceString } from '../syntax/edits.js';
import { literal } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { clusterConfig } from './support/eksctlExamples.js';

const withPolicy = (arn: string) =>
  clusterConfig(
    'iam:',
    '  withOIDC: true',
    '  serviceAccounts:',
    '    - metadata: { name: cart, namespace: shop }',
    `      attachPolicyARNs: ["${arn}"]`,
  );

export const policyUnknownManagedPolicy = defineRule({
  id: 'policy-unknown-managed-policy',
  severity: 'error',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: 'The ARN of an AWS-managed policy is one that can exist.',
    why: "A policy's name has no colon: behind 'policy' comes a slash, and the path's parts are parted by slashes too. IAM does not find it, and the role is not made.",
    awsSays: 'NoSuchEntity: Policy arn:aws:iam::aws:policy:AmazonS3ReadOnlyAccess does not exist or is not attachable',
    bad: { 'cluster.yaml': withPolicy('arn:aws:iam::aws:policy:AmazonS3ReadOnlyAccess') },
    good: { 'cluster.yaml': withPolicy('arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess') },
    links: [
      'https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html',
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html',
    ],
  },
  check(facts, report, workspace) {
    for (const { arn, roles } of facts.managedPolicyArns) {
      const found = /^(arn:[^:]*:iam::aws:policy)([/:].*)$/.exec(literal(arn) ?? '');
      if (!found?.[2]?.includes(':')) continue;
      if (!workspace.rolesOf(roles).some((role) => workspace.isWorkloadRole(role))) continue;
      const meant = `${found[1]}${found[2].replace(/[:/]+/g, '/')}`;
      report({
        at: arn,
        message: `'${found[0]}' can't exist, as no policy's name has a colon; it should be '${meant}'.`,
        fixes: () => [{ title: `Change to '${meant}'`, safety: 'suggested', edits: [replaceString(arn, meant)] }],
      });
    }
  },
});
