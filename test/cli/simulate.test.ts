import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/exit.js';
import { type SimulateOptions, simulate } from '../../src/cli/simulate.js';
import { simulateLines } from '../../src/cli/simulateBatch.js';
import { loadHclForTests } from '../core/syntax/hclFixture.js';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
const CLUSTER = 'arn:aws:eks:eu-west-1:111122223333:cluster/prod';
const trust = (subject: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: PROVIDER },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${ISSUER}:sub`]: subject, [`${ISSUER}:aud`]: 'sts.amazonaws.com' } },
    },
  ],
});
const ACCOUNT = 'system:serviceaccount:payments:worker';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulate-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function run(options: SimulateOptions, stdin = ''): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await simulate(options, {
    stdin: (async function* () {
      yield stdin;
    })(),
    write: async (text) => {
      out += text;
    },
    error: (text) => {
      err += text;
    },
    color: false,
  });
  return { code, out, err };
}

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return path;
}

const asked = { issuer: ISSUER, namespace: 'payments', serviceAccount: 'worker' };

describe('simulate', () => {
  it('answers by exit code and in JSON as the contract has it', async () => {
    const right = await file('right.json', trust(ACCOUNT));
    const allowed = await run({ ...asked, trustPolicy: right, format: 'json' });
    expect(allowed.code).toBe(0);
    expect(JSON.parse(allowed.out)).toEqual({
      version: 1,
      decision: 'allowed',
      statements: [
        {
          index: 0,
          effect: 'Allow',
          matches: true,
          checks: [
            {
              element: 'principal',
              key: 'Federated',
              expected: PROVIDER,
              actual: `oidc-provider/${ISSUER}`,
              matches: true,
            },
            {
              element: 'action',
              key: 'sts:AssumeRoleWithWebIdentity',
              expected: 'sts:AssumeRoleWithWebIdentity',
              actual: 'sts:AssumeRoleWithWebIdentity',
              matches: true,
            },
            {
              element: 'condition',
              key: `${ISSUER}:sub`,
              expected: `StringEquals ${ACCOUNT}`,
              actual: ACCOUNT,
              matches: true,
            },
            {
              element: 'condition',
              key: `${ISSUER}:aud`,
              expected: 'StringEquals sts.amazonaws.com',
              actual: 'sts.amazonaws.com',
              matches: true,
            },
          ],
        },
      ],
    });
    const wrong = await file('wrong.json', trust('system:serviceaccount:payments:wrker'));
    const denied = await run({ ...asked, trustPolicy: wrong, format: 'json' });
    expect(denied.code).toBe(1);
    expect(JSON.parse(denied.out)).toMatchObject({
      decision: 'denied',
      nearestMiss: "'wrker' ≠ 'worker'",
      statements: [{ matches: false }],
    });
    const unknown = await run({ ...asked, issuer: '', trustPolicy: right }).catch((error: unknown) => error);
    expect(unknown).toBeInstanceOf(UsageError);
    const { issuer: _, ...noIssuer } = asked;
    const open = await run({ ...noIssuer, trustPolicy: right, format: 'json' });
    expect(open.code).toBe(1);
    expect(JSON.parse(open.out)).toMatchObject({
      decision: 'unknown',
      nearestMiss: "depends on the cluster's issuer",
      statements: [{ matches: 'unknown' }],
    });
  });

  it('tells a person the chain', async () => {
    const path = await file('text.json', trust('system:serviceaccount:payments:wrker'));
    const { out } = await run({ ...asked, trustPolicy: path });
    expect(out).toContain(`payments/worker → ${path}        DENIED`);
    expect(out).toContain(
      `  token      iss ${ISSUER}\n             sub ${ACCOUNT}\n             aud sts.amazonaws.com\n`,
    );
    expect(out).toContain(`statement 1  Allow  sts:AssumeRoleWithWebIdentity  ${path}:4`);
    expect(out).toMatch(/…:sub {2,}StringEquals system:serviceaccount:payments:wrker +✗ {2}'wrker' ≠ 'worker'/);
    expect(out).toMatch(/…:aud {2,}StringEquals sts.amazonaws.com +✓\n/);
    expect(out).toContain('AWS says   AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity');
  });

  it('tells a person that the cluster is not given, not what stands in for it', async () => {
    const path = await file('pod-identity.json', {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'pods.eks.amazonaws.com' },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        },
      ],
    });
    const { out } = await run({ trustPolicy: path, namespace: 'a', serviceAccount: 'b', mechanism: 'pod-identity' });
    expect(out).toContain('  cluster    not given (--cluster-arn)\n');
    expect(out).toMatch(/aws:SourceAccount .*\? {2}depends on the cluster, which is not given\n/);
    expect(out).toMatch(/ action {2,}sts:TagSession +✓\n/);
    expect(out).not.toContain('${');
  });

  it('finds the trust policy in what IAM answers, in templates and on standard input', async () => {
    const document = trust(ACCOUNT);
    const files = [
      await file('role.json', { Role: { RoleName: 'a', AssumeRolePolicyDocument: document } }),
      await file('encoded.json', {
        Role: { RoleName: 'a', AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(document)) },
      }),
      await file('commented.json', `// who\n${JSON.stringify(document)}`),
    ];
    for (const trustPolicy of files) expect((await run({ ...asked, trustPolicy })).code, trustPolicy).toBe(0);
    expect((await run({ ...asked, trustPolicy: '-' }, JSON.stringify(document))).code).toBe(0);
  });

  it('takes words of capitals for words, and what a template leaves open for unknown', async () => {
    const decision = async (subject: string) =>
      (await run({ ...asked, trustPolicy: await file('word.json', trust(subject)), format: 'json' })).out;
    expect(await decision('system:serviceaccount:payments:API')).toContain('"denied"');
    expect(await decision('system:serviceaccount:payments:<NAME>')).toContain('"decision": "unknown"');
  });

  it('knows Pod Identity and further keys', async () => {
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    };
    const condition = { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'payments', 'aws:K': 'v' } };
    const trustPolicy = await file('pods.json', {
      Version: '2012-10-17',
      Statement: { ...statement, Condition: condition },
    });
    const pods = { namespace: 'payments', serviceAccount: 'worker', clusterArn: CLUSTER, trustPolicy };
    expect((await run({ ...pods, context: ['aws:K=v'] })).code).toBe(0);
    expect((await run({ ...pods, context: ['aws:K='] })).out).toContain("'aws:K' is absent");
    expect((await run(pods)).out).toContain('UNKNOWN');
    expect((await run({ ...pods, context: ['aws:K=v'], disableSessionTags: true })).out).toContain('DENIED');
  });

  it.each<[string, SimulateOptions]>([
    ['no policy', asked],
    ['no account', { trustPolicy: 'x', issuer: ISSUER }],
    ['a batch and a policy', { batch: '-', trustPolicy: 'x' }],
    ['an ARN as issuer', { ...asked, trustPolicy: 'x', issuer: PROVIDER }],
    ['a role as provider', { ...asked, trustPolicy: 'x', providerArn: 'arn:aws:iam::111122223333:role/x' }],
    ['no cluster ARN', { namespace: 'a', serviceAccount: 'b', trustPolicy: 'x', clusterArn: 'prod' }],
    ['a key without a value', { ...asked, trustPolicy: 'x', context: ['aws:K'] }],
  ])('refuses %s', async (_title, options) => {
    await expect(run(options)).rejects.toBeInstanceOf(UsageError);
  });

  it('says what it could not read', async () => {
    await expect(run({ ...asked, trustPolicy: join(folder, 'none.json') })).rejects.toThrow('no such file');
    await expect(run({ ...asked, trustPolicy: await file('other.json', { a: 1 }) })).rejects.toThrow(
      'holds no trust policy',
    );
    await expect(run({ batch: join(folder, 'none.jsonl') })).rejects.toThrow('no such file');
  });
});

describe('simulate of files with several roles', () => {
  beforeAll(loadHclForTests);

  const documentOf = (name: string, account: string) => `data "aws_iam_policy_document" "${name}" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [local.provider]
    }
    condition {
      test     = "StringEquals"
      variable = "\${local.issuer}:sub"
      values   = ["system:serviceaccount:payments:${account}"]
    }
  }
}
`;
  const roleOf = (label: string, name: string, document: string) =>
    `resource "aws_iam_role" "${label}" {\n  name               = "${name}"\n  assume_role_policy = data.aws_iam_policy_document.${document}.json\n}\n`;

  it('takes Terraform, with locals and documents of other files of its folder, by role', async () => {
    const at = join(folder, 'terraform');
    await mkdir(at);
    await writeFile(join(at, 'locals.tf'), `locals {\n  issuer = "${ISSUER}"\n  provider = "${PROVIDER}"\n}\n`);
    await writeFile(join(at, 'documents.tf'), documentOf('worker', 'worker') + documentOf('api', 'api'));
    const trustPolicy = join(at, 'roles.tf');
    await writeFile(trustPolicy, roleOf('worker', 'payments-worker', 'worker') + roleOf('api', 'payments-api', 'api'));
    await expect(run({ ...asked, trustPolicy })).rejects.toThrow(
      'holds 2 trust policies; name one with --role: payments-worker, payments-api',
    );
    for (const role of ['payments-worker', 'worker', 'aws_iam_role.worker'])
      expect((await run({ ...asked, trustPolicy, role })).code, role).toBe(0);
    const denied = await run({ ...asked, trustPolicy, role: 'payments-api', format: 'json' });
    expect([denied.code, JSON.parse(denied.out)]).toEqual([
      1,
      expect.objectContaining({ decision: 'denied', nearestMiss: expect.stringContaining("'api' ≠ 'worker'") }),
    ]);
    // The chain names the file that the statement stands in.
    const told = (await run({ ...asked, trustPolicy, role: 'worker' })).out;
    expect(told).toMatch(/^payments\/worker → payments-worker \(.*documents\.tf\)/);
    expect(told).toMatch(/documents\.tf:\d+/);
    await expect(run({ ...asked, trustPolicy, role: 'nobody' })).rejects.toThrow(
      "has no trust policy of a role 'nobody'; it has: payments-worker, payments-api",
    );
  });

  it('takes CloudFormation and manifests by role', async () => {
    const resource = (name: string, account: string) => ({
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: name, AssumeRolePolicyDocument: trust(`system:serviceaccount:payments:${account}`) },
    });
    const template = await file('template.json', {
      AWSTemplateFormatVersion: '2010-09-09',
      Resources: { Worker: resource('w', 'worker'), Api: resource('a', 'api') },
    });
    expect((await run({ ...asked, trustPolicy: template, role: 'w' })).code).toBe(0);
    expect((await run({ ...asked, trustPolicy: template, role: 'Api' })).code).toBe(1);
    const manifest = (name: string, account: string) =>
      `apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata:\n  name: ${name}\n  namespace: x\nspec:\n  name: ${name}\n  assumeRolePolicyDocument: |\n    ${JSON.stringify(trust(`system:serviceaccount:payments:${account}`))}\n`;
    const manifests = await file('roles.yaml', `${manifest('w', 'worker')}---\n${manifest('a', 'api')}`);
    expect((await run({ ...asked, trustPolicy: manifests, role: 'w' })).code).toBe(0);
    expect((await run({ ...asked, trustPolicy: manifests, role: 'a' })).code).toBe(1);
    await expect(run({ ...asked, trustPolicy: manifests })).rejects.toThrow('name one with --role: w, a');
  });
});

describe('simulate --batch', () => {
  const line = (more: object) =>
    JSON.stringify({
      trustPolicy: trust(ACCOUNT),
      mechanism: 'irsa',
      issuer: ISSUER,
      providerArn: PROVIDER,
      namespace: 'payments',
      serviceAccount: 'worker',
      ...more,
    });

  it('answers line by line, in order', async () => {
    const lines = [
      line({}),
      line({ serviceAccount: 'api' }),
      line({ trustPolicy: JSON.stringify(trust(ACCOUNT)), audience: 'sts.amazonaws.com' }),
      line({ trustPolicy: encodeURIComponent(JSON.stringify(trust(ACCOUNT))) }),
      '',
      line({ audience: 'vault', context: { 'aws:K': 'v' } }),
      line({ issuer: undefined }),
      line({ providerArn: undefined }),
      line({ issuer: undefined, providerArn: undefined }),
      line({ namespace: undefined }),
      line({ mechanism: 'pod-identity', clusterArn: CLUSTER }),
    ];
    const { code, out, err } = await run({ batch: '-' }, `${lines.join('\r\n')}`);
    expect(out.split('\n').map((text) => (text === '' ? '' : JSON.parse(text).decision))).toEqual([
      'allowed',
      'denied',
      'allowed',
      'allowed',
      'denied',
      'allowed',
      'allowed',
      'unknown',
      'unknown',
      'denied',
      '',
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')[0]).toBe('{"decision":"allowed"}');
  });

  it('takes a policy word for word: no placeholders, no templates', async () => {
    const upper = {
      ...trust(ACCOUNT),
      Statement: [
        {
          ...trust(ACCOUNT).Statement[0],
          Condition: { StringEqualsIgnoreCase: { [`${ISSUER}:sub`]: ACCOUNT.toUpperCase() } },
        },
      ],
    };
    const { out } = await run(
      { batch: '-' },
      [line({ trustPolicy: upper }), line({ trustPolicy: trust('system:serviceaccount:<NS>:{{ name }}') })].join('\n'),
    );
    expect(out).toBe('{"decision":"allowed"}\n{"decision":"denied"}\n');
  });

  it('answers what it cannot read with unknown and goes on', async () => {
    const lines = [
      '{',
      '[]',
      '{}',
      line({ mechanism: 'magic' }),
      line({ context: [] }),
      line({ namespace: 1 }),
      line({ trustPolicy: 'x' }),
      line({ context: { a: [{}] } }),
      `${'['.repeat(100_000)}`,
      line({}),
    ];
    const { code, out, err } = await run({ batch: '-' }, lines.join('\n'));
    const answers = out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(answers).toHaveLength(lines.length);
    for (const answer of answers.slice(0, -1))
      expect(answer).toMatchObject({ decision: 'unknown', error: expect.any(String) });
    expect(answers.at(-1)).toEqual({ decision: 'allowed' });
    expect(code).toBe(3);
    expect(err).toContain('9 lines could not be read');
  });

  it('keeps characters and lines whole that come in pieces', async () => {
    const bytes = Buffer.from(`${line({ serviceAccount: 'wörker\u2028' })}\n${line({})}`, 'utf8');
    let out = '';
    const failures = await simulateLines(
      (async function* () {
        for (let i = 0; i < bytes.length; i += 7) yield bytes.subarray(i, i + 7);
      })(),
      async (text) => {
        out += text;
      },
    );
    expect([failures, out]).toEqual([0, '{"decision":"denied"}\n{"decision":"allowed"}\n']);
  });
});
