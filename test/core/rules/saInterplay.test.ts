import { beforeAll, describe, expect, it } from 'vitest';
import {
  accountYaml,
  associationYaml,
  deploymentYaml,
  exampleArn,
  irsaRole,
  podIdentityRole,
} from '../../../src/core/rules/support/manifestExamples.js';
import { ISSUER, irsa, podIdentity } from '../../../src/core/rules/support/trustExamples.js';
import { analyze, readyForTerraform } from '../../support/ruleTester.js';

const ARN = exampleArn('api');
const ROLE = `eks.amazonaws.com/role-arn: ${ARN}`;
const account = (...annotations: string[]) => accountYaml('api', 'payments', annotations);
const role = (...statements: unknown[]) =>
  JSON.stringify({
    Role: { RoleName: 'api', Arn: ARN, AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: statements } },
  });
const right = irsaRole('api', 'payments', 'api');

/** One mistake, one finding: all that is said of these files, hints aside. */
const cases: Readonly<Record<string, { files: Record<string, string>; says: string[] }>> = {
  'a malformed ARN of a known role': {
    files: { 'sa.yaml': account('eks.amazonaws.com/role-arn: arn:aws:iam::1111:role/api'), 'role.json': right },
    says: ['sa-malformed-role-arn sa.yaml'],
  },
  'a misspelled key is the annotation': {
    files: { 'sa.yaml': account(`eks.amazonaws.com/rolearn: ${ARN}`), 'role.json': right },
    says: ['sa-misspelled-annotation sa.yaml'],
  },
  'a label is the annotation': {
    files: { 'sa.yaml': account().replace('metadata:\n', `metadata:\n  labels:\n    ${ROLE}\n`), 'role.json': right },
    says: ['sa-misspelled-annotation sa.yaml'],
  },
  'an annotation of kiam is the annotation': {
    files: { 'sa.yaml': account(`iam.amazonaws.com/role: ${ARN}`), 'role.json': right },
    says: ['sa-legacy-annotation sa.yaml'],
  },
  'an unquoted number is the annotation': {
    files: { 'sa.yaml': account('eks.amazonaws.com/role-arn: 111122223333'), 'role.json': right },
    says: ['sa-invalid-option sa.yaml'],
  },
  'a misplaced ARN is not also malformed': {
    files: {
      'sa.yaml': accountYaml('web', 'payments'),
      'deploy.yaml': deploymentYaml('web', 'payments', {
        account: 'web',
        podAnnotations: ['eks.amazonaws.com/role-arn: nonsense'],
      }),
    },
    says: ['sa-misplaced-annotation deploy.yaml'],
  },
  'a misplaced option is not also invalid': {
    files: {
      'deploy.yaml': deploymentYaml('web', 'payments', {
        account: 'web',
        podAnnotations: ['eks.amazonaws.com/sts-regional-endpoints: maybe'],
      }),
    },
    says: ['sa-misplaced-annotation deploy.yaml'],
  },
  'annotation and association': {
    files: {
      'sa.yaml': account(ROLE),
      'a.yaml': associationYaml('payments', 'api', 'api'),
      'role.json': role(irsa(), podIdentity()),
    },
    says: ['sa-mixed-mechanisms sa.yaml'],
  },
  'annotation and association, and the annotated role denies': {
    files: {
      'sa.yaml': account(ROLE),
      'a.yaml': associationYaml('payments', 'api', 'other'),
      'role.json': irsaRole('api', 'payment', 'api'),
    },
    says: ['sa-mixed-mechanisms sa.yaml', 'trust-unknown-subject role.json'],
  },
  'a denied account beside an unknown subject': {
    files: { 'sa.yaml': account(ROLE), 'role.json': irsaRole('api', 'payment', 'api') },
    says: ['sa-trust-denied sa.yaml', 'trust-unknown-subject role.json'],
  },
  'a denied account, the subject far away': {
    files: { 'sa.yaml': account(ROLE), 'role.json': irsaRole('api', 'store', 'worker') },
    says: ['sa-trust-denied sa.yaml'],
  },
  'a denied account beside a wrong audience': {
    files: {
      'sa.yaml': account(ROLE),
      'role.json': right.replace('"sts.amazonaws.com"', '"sts.eu-west-1.amazonaws.com"'),
    },
    says: ['sa-trust-denied sa.yaml', 'trust-wrong-audience role.json'],
  },
  'a literal star': {
    files: { 'sa.yaml': account(ROLE), 'role.json': irsaRole('api', 'payments', '*') },
    says: ['trust-literal-wildcard role.json'],
  },
  'a malformed subject': {
    files: {
      'sa.yaml': account(ROLE),
      'role.json': right.replace('system:serviceaccount:payments:api', 'payments/api'),
    },
    says: ['trust-malformed-subject role.json'],
  },
  'swapped claims': {
    files: {
      'sa.yaml': account(ROLE),
      'role.json': role(
        irsa({
          Condition: {
            StringEquals: {
              [`${ISSUER}:aud`]: 'system:serviceaccount:payments:api',
              [`${ISSUER}:sub`]: 'sts.amazonaws.com',
            },
          },
        }),
      ),
    },
    says: ['trust-swapped-claims role.json', 'trust-swapped-claims role.json'],
  },
  'a malformed issuer': {
    files: { 'sa.yaml': account(ROLE), 'role.json': right.replaceAll(`"${ISSUER}:sub"`, `"https://${ISSUER}:sub"`) },
    says: ['trust-malformed-issuer role.json'],
  },
  'another issuer in the keys': {
    files: { 'sa.yaml': account(ROLE), 'role.json': right.replaceAll(`"${ISSUER}:`, `"${ISSUER.slice(0, -4)}0000:`) },
    says: ['trust-issuer-mismatch role.json', 'trust-issuer-mismatch role.json'],
  },
  'the wrong action': {
    files: { 'sa.yaml': account(ROLE), 'role.json': role(irsa({ Action: 'sts:AssumeRole' })) },
    says: ['trust-action-mismatch role.json'],
  },
  'a deny of everybody': {
    files: { 'sa.yaml': account(ROLE), 'role.json': role(irsa(), { Effect: 'Deny', Principal: '*', Action: 'sts:*' }) },
    says: ['trust-contradiction role.json'],
  },
  'a Resource': {
    files: { 'sa.yaml': account(ROLE), 'role.json': role({ ...(irsa() as object), Resource: '*' }) },
    says: ['trust-prohibited-element role.json'],
  },
  'an association whose role lacks sts:TagSession': {
    files: {
      'sa.yaml': account(),
      'a.yaml': associationYaml('payments', 'api', 'api'),
      'role.json': role(podIdentity({ Action: 'sts:AssumeRole' })),
    },
    says: ['trust-missing-tag-session role.json'],
  },
  'an association whose role trusts the cluster’s service': {
    files: {
      'sa.yaml': account(),
      'a.yaml': associationYaml('payments', 'api', 'api'),
      'role.json': role(podIdentity({ Principal: { Service: 'eks.amazonaws.com' } })),
    },
    says: ['trust-action-mismatch role.json'],
  },
  'an association whose role takes the web identity action': {
    files: {
      'sa.yaml': account(),
      'a.yaml': associationYaml('payments', 'api', 'api'),
      'role.json': role(podIdentity({ Action: 'sts:AssumeRoleWithWebIdentity' })),
    },
    says: ['trust-action-mismatch role.json'],
  },
  'an association whose role asks for an association’s ARN': {
    files: {
      'sa.yaml': account(),
      'a.yaml': associationYaml('payments', 'api', 'api'),
      'role.json': role(
        podIdentity({
          Condition: {
            ArnLike: { 'aws:SourceArn': 'arn:aws:eks:eu-west-1:111122223333:podidentityassociation/blue/*' },
          },
        }),
      ),
    },
    says: ['trust-wrong-source-arn role.json'],
  },
  'an association whose role has a literal star': {
    files: {
      'sa.yaml': account(),
      'a.yaml': associationYaml('payments', 'api', 'api'),
      'role.json': role(
        podIdentity({ Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'pay*' } } }),
      ),
    },
    says: ['trust-literal-wildcard role.json'],
  },
  'an association whose role is for IRSA': {
    files: { 'sa.yaml': account(), 'a.yaml': associationYaml('payments', 'api', 'api'), 'role.json': right },
    says: ['association-trust-denied a.yaml'],
  },
  'required tags switched off': {
    files: {
      'sa.yaml': account(),
      'a.yaml': associationYaml('payments', 'api', 'api', ['disableSessionTags: true']),
      'role.json': podIdentityRole('api', 'payments', 'api'),
    },
    says: ['association-invalid a.yaml'],
  },
  'an association with a pattern': {
    files: {
      'sa.yaml': account(),
      'a.yaml': associationYaml('payments', '"api*"', 'api'),
      'role.json': podIdentityRole('api', 'payments', 'api'),
    },
    says: ['association-invalid a.yaml'],
  },
  'an association that misspells the account': {
    files: {
      'sa.yaml': accountYaml('checkout', 'payments'),
      'a.yaml': associationYaml('payments', 'chekout', 'api'),
      'role.json': podIdentityRole('api', 'payments', 'checkout'),
    },
    says: ['association-unknown-service-account a.yaml'],
  },
  'a Secret beside the workload that takes it': {
    files: {
      'secret.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\n  namespace: payments\nstringData:\n  AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE\n',
      'deploy.yaml': deploymentYaml('web', 'payments', {
        account: 'web',
        container: ['envFrom:', '  - secretRef: { name: keys }'],
      }),
    },
    says: ['workload-static-credentials deploy.yaml', 'secret-static-credentials secret.yaml'],
  },
  'a workload that misspells an account with a role': {
    files: {
      'sa.yaml': accountYaml('checkout', 'payments', [ROLE]),
      'deploy.yaml': deploymentYaml('checkout', 'payments', { account: 'chekout' }),
    },
    says: ['workload-unknown-service-account deploy.yaml'],
  },
  'an alias that is used twice': {
    files: {
      'all.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: payments
  annotations: &shared
    ${ROLE}
spec:
  template:
    metadata:
      annotations: *shared
    spec:
      serviceAccountName: web
      containers: []
`,
    },
    says: ['sa-misplaced-annotation all.yaml'],
  },
};

describe('one mistake, one finding', () => {
  beforeAll(readyForTerraform);
  for (const [title, { files, says }] of Object.entries(cases)) {
    it(title, () => {
      const found = [...analyze(files).allFindings().values()].flat().filter(({ severity }) => severity !== 'hint');
      expect(
        found.map(({ ruleId, file }) => `${ruleId} ${file}`).sort(),
        found.map(({ message }) => message).join('\n'),
      ).toEqual([...says].sort());
    });
  }
});
