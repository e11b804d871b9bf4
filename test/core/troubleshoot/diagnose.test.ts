import { describe, expect, test } from 'vitest';
import { identities } from '../../../src/core/features/identities.js';
import { type Diagnosis, diagnose, diagnosisText } from '../../../src/core/troubleshoot/diagnose.js';
import { type Evidence, fileEvidence, type LiveEvidence } from '../../../src/core/troubleshoot/evidence.js';
import { generalChecks, symptoms } from '../../../src/core/troubleshoot/symptoms.js';
import { account, ISSUER, PROVIDER, role, workspaceOf } from '../features/support.js';

const SUBJECT = 'system:serviceaccount:payments:worker';
const DENIED =
  'WebIdentityErr: failed to retrieve credentials caused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity status code: 403';
const NOT_TAGGED =
  'AccessDeniedException: User: EKS is not authorized to perform: sts:TagSession on resource: arn:aws:iam::111122223333:role/worker';

const goodRole = role('worker', SUBJECT);
const sa = account('payments', 'worker', 'worker');

/** A trust policy with the Condition and Principal given. */
function trusting(statement: object): string {
  return JSON.stringify(
    {
      Role: {
        Path: '/',
        RoleName: 'worker',
        Arn: 'arn:aws:iam::111122223333:role/worker',
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [statement] },
      },
    },
    null,
    2,
  );
}

const webIdentity = (more: object = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { [`${ISSUER}:sub`]: SUBJECT, [`${ISSUER}:aud`]: 'sts.amazonaws.com' } },
  ...more,
});

function byFiles(files: Readonly<Record<string, string>>): Evidence {
  const { analysis, workspace } = workspaceOf(files);
  analysis.refresh();
  const found = identities(workspace).find(({ namespace, name }) => namespace === 'payments' && name === 'worker');
  return { files: fileEvidence(analysis, found!) };
}

/** A row of a cluster in which all is well. */
function byCluster(more: Partial<LiveEvidence> = {}): Evidence {
  const live: LiveEvidence = {
    context: 'orders-prod',
    namespace: 'payments',
    name: 'worker',
    mechanism: 'irsa',
    winner: 'irsa',
    reason: 'Its annotation names the role, and there is no association.',
    roleArn: 'arn:aws:iam::111122223333:role/worker',
    audience: 'sts.amazonaws.com',
    role: { arn: 'arn:aws:iam::111122223333:role/worker' },
    trust: 'allowed',
    pods: {
      known: true,
      total: 1,
      stale: 0,
      list: [{ name: 'worker-1', compute: 'ec2', stale: false, identity: { kind: 'irsa' } }],
    },
    findings: [],
    unknown: [],
    agent: { known: true, value: { kind: 'add-on', healthy: true } },
    oidcProvider: { known: true, value: { exists: true, clientIds: ['sts.amazonaws.com'] } },
    ...more,
  };
  return { live };
}

const associated = {
  mechanism: 'pod-identity',
  winner: 'pod-identity',
  associationId: 'a-1',
  reason: 'An association gives it.',
};

function failures(diagnosis: Diagnosis): Record<string, string> {
  return Object.fromEntries(
    diagnosis.results
      .filter(({ answer }) => answer.state === 'failed')
      .map(({ check, answer }) => [check.id, answer.text]),
  );
}

/** The error is known, the check failed and names the difference; without evidence it fails nobody. */
function explains(error: string, evidence: Evidence, symptom: string, check: string, words: RegExp): void {
  const diagnosis = diagnose(error, evidence);
  expect(diagnosis.symptom?.id).toBe(symptom);
  expect(failures(diagnosis)).toHaveProperty(check);
  expect(failures(diagnosis)[check]).toMatch(words);
  expect(diagnosis.results[0]?.answer.state).toBe('failed');
}

function isOpen(error: string, evidence: Evidence, symptom: string, check: string): void {
  const diagnosis = diagnose(error, evidence);
  expect(diagnosis.symptom?.id).toBe(symptom);
  expect(diagnosis.results.find((result) => result.check.id === check)?.answer.state).toBe('unknown');
  expect(diagnosis.results.find((result) => result.check.id === check)?.check.by).toBeDefined();
}

describe('the twenty failures', () => {
  test('1 wildcard under StringEquals', () => {
    const files = { 'role.json': role('worker', 'system:serviceaccount:payments:*'), 'sa.yaml': sa };
    explains(DENIED, byFiles(files), 'web-identity-denied', 'trust-wildcards', /\*/);
  });
  test('2 issuer host reversed', () => {
    const reversed = ISSUER.replace('oidc.eks.eu-west-1', 'oidc.eu-west-1.eks');
    const files = {
      'role.json': trusting(webIdentity({ Condition: { StringEquals: { [`${reversed}:sub`]: SUBJECT } } })),
      'sa.yaml': sa,
    };
    explains(DENIED, byFiles(files), 'web-identity-denied', 'trust-issuer-form', /oidc\.eu-west-1\.eks/);
  });
  test('3 provider ARN as the prefix of the condition key', () => {
    const files = {
      'role.json': trusting(webIdentity({ Condition: { StringEquals: { [`${PROVIDER}:sub`]: SUBJECT } } })),
      'sa.yaml': sa,
    };
    explains(DENIED, byFiles(files), 'web-identity-denied', 'trust-issuer-form', /oidc-provider/);
  });
  test('4 :aud where :sub was meant', () => {
    const files = {
      'role.json': trusting(webIdentity({ Condition: { StringEquals: { [`${ISSUER}:aud`]: SUBJECT } } })),
      'sa.yaml': sa,
    };
    explains(DENIED, byFiles(files), 'web-identity-denied', 'trust-claims', /aud/);
  });
  test('5 role trusts something else entirely', () => {
    const files = {
      'role.json': trusting({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      'sa.yaml': sa,
    };
    explains(DENIED, byFiles(files), 'web-identity-denied', 'trusts-mechanism', /Service/);
  });
  test('6 provider of another account', () => {
    const files = {
      'role.json': trusting(
        webIdentity({ Principal: { Federated: PROVIDER.replace('111122223333', '444455556666') } }),
      ),
      'sa.yaml': sa,
    };
    explains(DENIED, byFiles(files), 'web-identity-denied', 'trust-provider', /444455556666/);
  });
  test('7 the role still trusts the issuer of the old cluster', () => {
    const evidence = byCluster({
      trust: 'denied',
      trustDetail: { nearestMiss: "issuer '…/id/OLD' ≠ '…/id/NEW'" },
      findings: [{ ruleId: 'sa-trust-denied', message: 'denied' }],
    });
    explains(DENIED, evidence, 'web-identity-denied', 'trust-provider', /OLD' ≠ /);
  });
  test('8 no OIDC provider in IAM', () => {
    const evidence = byCluster({ oidcProvider: { known: true, value: { exists: false, clientIds: [] } } });
    explains(
      `InvalidIdentityToken: No OpenIDConnect provider found in your account for https://${ISSUER}`,
      evidence,
      'no-provider',
      'provider-exists',
      /none/,
    );
  });
  test('9 audience not registered', () => {
    explains(
      'InvalidIdentityToken: Incorrect token audience',
      byCluster({ audience: 'mine' }),
      'wrong-audience',
      'audience-registered',
      /'mine' is not among 'sts\.amazonaws\.com'/,
    );
  });
  test('10 thumbprint', () => {
    isOpen(
      "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
      byCluster(),
      'thumbprint',
      'provider-thumbprint',
    );
  });
  test('11 malformed Federated, https:// in the key', () => {
    const files = {
      'role.json': trusting(
        webIdentity({ Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/https://${ISSUER}` } }),
      ),
      'sa.yaml': sa,
    };
    const error = 'MalformedPolicyDocument: Federated principals must be valid domain names or SAML metadata ARNs';
    explains(error, byFiles(files), 'malformed-principal', 'policy-principals', /https:\/\//);
    const inKey = {
      'role.json': trusting(webIdentity({ Condition: { StringEquals: { [`https://${ISSUER}:sub`]: SUBJECT } } })),
      'sa.yaml': sa,
    };
    explains(DENIED, byFiles(inKey), 'web-identity-denied', 'trust-issuer-form', /https:\/\//);
  });
  test('12 Resource in a trust policy', () => {
    const files = { 'role.json': trusting(webIdentity({ Resource: '*' })), 'sa.yaml': sa };
    explains(
      'MalformedPolicyDocument: Has prohibited field Resource',
      byFiles(files),
      'prohibited-element',
      'policy-elements',
      /Resource/,
    );
  });
  test('13 too many subjects for the quota', () => {
    const subjects = Array.from(
      { length: 80 },
      (_, i) => `system:serviceaccount:payments:worker-with-a-long-name-${i}`,
    );
    const files = {
      'role.json': trusting(
        webIdentity({
          Condition: {
            StringEquals: { [`${ISSUER}:sub`]: [SUBJECT, ...subjects], [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
          },
        }),
      ),
      'sa.yaml': sa,
    };
    explains(
      'LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048',
      byFiles(files),
      'quota',
      'policy-size',
      /\d,?\d{3}/,
    );
  });
  test('14 malformed role-arn annotation', () => {
    const files = {
      'sa.yaml': sa.replace('arn:aws:iam::111122223333:role/worker', 'arn:aws:iam::11112222333:role/worker'),
    };
    explains(
      'ValidationError: Request ARN is invalid',
      byFiles(files),
      'invalid-arn',
      'annotation-form',
      /11112222333/,
    );
  });
  test('15 environment not injected: the pod is older, or the webhook was not reached', () => {
    const stale = byCluster({
      pods: {
        known: true,
        total: 2,
        stale: 1,
        list: [
          {
            name: 'worker-1',
            compute: 'ec2',
            stale: true,
            note: 'started before the annotation',
            identity: { kind: 'none' },
          },
        ],
      },
    });
    const node =
      'User: arn:aws:sts::111122223333:assumed-role/eksctl-prod-NodeInstanceRole/i-0123456789abcdef0 is not authorized to perform: s3:GetObject';
    explains(node, stale, 'node-role', 'pods-fresh', /1 of 2 did not: worker-1 started before the annotation/);
    explains(
      'AWS_ROLE_ARN is not set in the pod',
      stale,
      'no-effect',
      'webhook-reached',
      /worker-1 has no identity variables/,
    );
    const misplaced = byCluster({
      mechanism: 'none',
      winner: 'none',
      reason: 'It has neither annotation nor association.',
      trust: 'not-checked',
      findings: [{ ruleId: 'sa-misplaced-annotation', message: 'The annotation is on the Deployment' }],
    });
    explains('Unable to locate credentials', misplaced, 'no-credentials', 'annotation-place', /on the Deployment/);
  });
  test('16 AWS variables preset in the pod', () => {
    const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
  namespace: payments
spec:
  template:
    spec:
      serviceAccountName: worker
      containers:
        - name: worker
          image: worker
          env:
            - name: AWS_ROLE_ARN
              value: arn:aws:iam::111122223333:role/old
`;
    explains(
      'AWS_ROLE_ARN is not set in the pod',
      byFiles({ 'sa.yaml': sa, 'role.json': goodRole, 'd.yaml': deployment }),
      'no-effect',
      'no-preset-environment',
      /AWS_ROLE_ARN/,
    );
  });
  test('17 token file not readable', () => {
    isOpen(
      "PermissionError: [Errno 13] Permission denied: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'",
      byCluster(),
      'token-unreadable',
      'token-readable',
    );
    isOpen(
      'WebIdentityErr: unable to read file at /var/run/secrets/eks.amazonaws.com/serviceaccount/token',
      byCluster(),
      'token-unreadable',
      'token-readable',
    );
  });
  test('18 global STS endpoint unreachable', () => {
    const files = {
      'sa.yaml': sa.replace(
        '  annotations:\n',
        '  annotations:\n    eks.amazonaws.com/sts-regional-endpoints: "false"\n',
      ),
      'role.json': goodRole,
    };
    explains(
      'Connect timeout on endpoint URL: "https://sts.amazonaws.com/"',
      byFiles(files),
      'sts-unreachable',
      'regional-endpoint',
      /'false'/,
    );
    isOpen(
      'dial tcp: lookup sts.amazonaws.com: no such host',
      byFiles({ 'sa.yaml': sa, 'role.json': goodRole }),
      'sts-unreachable',
      'regional-endpoint',
    );
  });
  test('19 role does not trust pods.eks.amazonaws.com', () => {
    const evidence = byCluster({
      ...associated,
      trust: 'denied',
      trustDetail: { nearestMiss: "no statement trusts 'pods.eks.amazonaws.com'" },
      findings: [
        {
          ruleId: 'association-trust-denied',
          message: "The trust policy of 'worker' does not trust 'pods.eks.amazonaws.com'",
        },
      ],
    });
    explains(
      'Unauthorized Exception! EKS does not have permissions to assume the associated role.',
      evidence,
      'pod-identity-denied',
      'trusts-mechanism',
      /pods\.eks/,
    );
  });
  test('20 a role of the chain lacks sts:TagSession', () => {
    const evidence = byCluster({
      ...associated,
      trust: 'denied',
      trustDetail: { nearestMiss: "action 'sts:TagSession' is not allowed" },
      findings: [{ ruleId: 'trust-missing-tag-session', message: "'sts:TagSession' is missing" }],
    });
    explains(NOT_TAGGED, evidence, 'pod-identity-denied', 'tag-session', /TagSession/);
  });
});

describe('and then', () => {
  test('association exists already', () => {
    explains(
      'ResourceInUseException: Association already exists: a-1',
      byCluster(associated),
      'association-exists',
      'no-association-yet',
      /a-1/,
    );
  });
  test('old SDK', () =>
    isOpen(
      'invalid endpoint host, "169.254.170.23", only loopback hosts are allowed',
      byCluster(associated),
      'loopback',
      'sdk-for-pod-identity',
    ));
  test('packed policy too large when chaining', () => {
    const evidence = byCluster({ ...associated, association: { targetRoleArn: 'arn:aws:iam::444455556666:role/x' } });
    explains(
      'PackedPolicyTooLarge: Packed policy consumes 120% of allotted space',
      evidence,
      'packed-policy',
      'session-tags-needed',
      /six tags/,
    );
  });
  test('iam:PassRole', () =>
    isOpen('is not authorized to perform: iam:PassRole on resource: x', {}, 'pass-role', 'pass-role'));
  test('proxy before the agent', () =>
    isOpen('proxyconnect tcp: 169.254.170.23:80', byCluster(associated), 'agent-refused', 'no-proxy'));
  test('agent missing, Fargate', () => {
    const evidence = byCluster({
      ...associated,
      agent: { known: true, value: { kind: 'missing', healthy: false } },
      pods: { known: true, total: 1, stale: 0, list: [{ name: 'worker-1', compute: 'fargate', stale: false }] },
    });
    explains('connect: connection refused 169.254.170.23:80', evidence, 'agent-refused', 'agent-runs', /not installed/);
    expect(failures(diagnose('connect: connection refused 169.254.170.23:80', evidence))).toHaveProperty(
      'compute-supports',
    );
  });
});

describe('evidence', () => {
  test('is never passed where nothing was looked at', () => {
    for (const { example } of symptoms) {
      for (const { check, answer } of diagnose(example).results)
        expect([check.id, answer.state]).toEqual([check.id, 'unknown']);
    }
  });

  test('is unknown where the cluster could not be read', () => {
    const why = { known: false as const, why: 'iam:GetOpenIDConnectProvider was refused' };
    const evidence = byCluster({
      trust: 'unknown',
      role: undefined as never,
      oidcProvider: why,
      agent: why,
      pods: { known: false, total: 0, stale: 0, list: [] },
      unknown: ['role worker: iam:GetRole was refused', 'Pod Identity associations: refused'],
      reason: 'Its annotation names the role; whether an association takes precedence is unknown.',
      mechanism: 'unknown',
    });
    for (const { example } of symptoms) {
      for (const { check, answer } of diagnose(example, evidence).results)
        if (!['annotation-form', 'annotation-place'].includes(check.id))
          expect([check.id, answer.state]).toEqual([check.id, 'unknown']);
    }
  });

  test('of a cluster in which all is well fails nothing', () => {
    const files = byFiles({ 'role.json': goodRole, 'sa.yaml': sa });
    for (const { example, id } of symptoms.filter(
      ({ id: of }) => !/pod-identity|agent|loopback|association/.test(of),
    )) {
      expect([id, failures(diagnose(example, { ...files, ...byCluster() }))]).toEqual([id, {}]);
    }
  });

  test('says where it stands', () => {
    const diagnosis = diagnose(
      DENIED,
      byFiles({ 'role.json': role('worker', 'system:serviceaccount:payments:*'), 'sa.yaml': sa }),
    );
    expect(diagnosis.results[0]?.answer.source).toMatch(/^role\.json:\d+$/);
  });
});

describe('symptoms', () => {
  test('each know their own example', () => {
    for (const symptom of symptoms)
      expect([symptom.id, diagnose(symptom.example).symptom?.id]).toEqual([symptom.id, symptom.id]);
    expect(new Set(symptoms.map(({ id }) => id)).size).toBe(symptoms.length);
  });
  test('anything else gets the general checks', () => {
    expect(diagnose('something else').results).toHaveLength(generalChecks.length);
  });
});

describe('report', () => {
  test('names error, subject, evidence and remedy', () => {
    const evidence = byFiles({ 'role.json': role('worker', 'system:serviceaccount:payments:wrker'), 'sa.yaml': sa });
    const text = diagnosisText(diagnose(DENIED, evidence), evidence);
    expect(text).toMatch(/^# AccessDenied on AssumeRoleWithWebIdentity/);
    expect(text).toContain('Checked for **payments/worker** by the files of the workspace.');
    expect(text).toMatch(
      /1\. \*\*✗\*\* \*\*The trust policy of the role lets this service account in\*\* — denied: 'wrker' ≠ 'worker' \*\(role\.json\)\*/,
    );
  });
  test('keeps no token and no key of what was pasted', () => {
    const key = `AKIA${'B'.repeat(16)}`;
    const secret = 'a'.repeat(40);
    const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';
    const text = diagnosisText(diagnose(`key ${key} ${key} aws_secret_access_key=${secret} token ${token}`));
    for (const word of [key, secret, token]) expect(text).not.toContain(word);
  });
  test('keeps what was pasted inside its fence', () => {
    const text = diagnosisText(diagnose('```\n# not a title'));
    expect(text.split('\n').filter((line) => line === '```')).toHaveLength(1);
  });
});
