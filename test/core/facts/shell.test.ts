// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { describe, expect, it } from 'vitest';
import { readTrustPolicy } from '../../../src/core/facts/iamPolicy.js';
import { readKubernetesObject } from '../../../src/core/facts/kubernetes.js';
import { noFacts } from '../../../src/core/facts/model.js';
import { readShell } from '../../../src/core/facts/shell.js';
import {
  addProperty,
  applyEdits,
  removeProperty,
  renameKey,
  replaceString,
  setAt,
} from '../../../src/core/syntax/edits.js';
import { property, stringAt } from '../../../src/core/syntax/tree.js';
import { shown, typed } from './reading.js';

function script(text: string) {
  const facts = noFacts();
  readShell({ file: 'a.sh', language: 'shell', text }, facts, (root) => {
    if (readKubernetesObject(root, facts, { source: 'manifest' })) return;
    const policy = readTrustPolicy(root);
    if (policy) facts.trustPolicies.push(policy);
  });
  return facts;
}

const body = `{
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": "arn:aws:iam::$ACCOUNT:oidc-provider/\${oidc}" },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": { "StringLike": { "\${oidc}:sub": "system:serviceaccount:shop:*" } }
    }
  ]
}`;

describe('policy documents in scripts', () => {
  const double = body.replace(/["]/g, '\\"');
  it.each([
    ['a here-document', `cat > trust.json <<EOF\n${body}\nEOF\n`],
    ['a quoted here-document', `cat <<'EOF' > trust.json\n${body}\nEOF\n`],
    ['an indented here-document', `if x; then\n\tcat <<-EOF\n${body.replace(/^/gm, '\t')}\n\tEOF\nfi\n`],
    ['single quotes', `X='${body}'\n`],
    ['double quotes', `X="${double}"\n`],
    ['pieces', `X='${body.replaceAll('${oidc}', `'"$oidc"'`)}'\n`],
    ['a substitution', `X="$(cat <<EOF\n${body}\nEOF\n)"\n`],
  ])('are read from %s', (_name, text) => {
    for (const source of [text, text.replaceAll('\n', '\r\n')]) {
      const { trustPolicies } = script(source);
      expect(trustPolicies).toHaveLength(1);
      const [condition] = trustPolicies[0]!.statements[0]!.conditions;
      expect(shown(condition?.key)).toBe('${oidc}:sub');
      const value = condition!.values[0]!;
      expect(typed(source, value).replaceAll('\\', '')).toBe('"system:serviceaccount:shop:*"');
      const fixed = applyEdits(source, [replaceString(value as never, 'system:serviceaccount:shop:"cart')]);
      const [again] = script(fixed).trustPolicies[0]!.statements[0]!.conditions;
      expect(again?.values[0]?.kind === 'string' && again.values[0].raw).toBe('system:serviceaccount:shop:"cart');
    }
  });

  it('keep what is added in the indentation and quotes of the place', () => {
    const text = `cat <<-EOF\n${body.replace(/^/gm, '\t')}\n\tEOF\n`;
    const policy = script(text).trustPolicies[0]!;
    const fixed = applyEdits(text, [
      setAt(policy.statements[0]!.node, ['Condition', 'StringEquals', 'a:aud'], '${aws:x}')!,
    ]);
    expect(fixed).toContain('"StringEquals": { "a:aud": "\\${aws:x}" } }');
    const removed = property(policy.statements[0]!.node, 'Effect')!;
    expect(applyEdits(text, [removeProperty(policy.statements[0]!.node, removed)])).toBe(
      text.replace('\t      "Effect": "Allow",\n', ''),
    );
    const grown = applyEdits(text, [addProperty(policy.statements[0]!.node, 'Sid', 'a')]);
    expect(grown).toContain(',\n\t      "Sid": "a"\n\t    }');
  });

  it('take manifests too', () => {
    const { serviceAccounts } = script(
      'kubectl apply -f - <<EOF\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cart\n  namespace: $NS\nEOF\n',
    );
    expect(serviceAccounts.map(({ metadata }) => [shown(metadata.name), metadata.namespace?.text])).toEqual([
      ['cart', [{ expression: 'NS' }]],
    ]);
  });
});

describe('aws commands', () => {
  it.each([
    [
      'a file',
      `cat > trust.json <<EOF\n${body}\nEOF\naws iam create-role --role-name cart --assume-role-policy-document file://trust.json\n`,
    ],
    [
      'a string',
      `aws --profile x iam create-role \\\n  --role-name cart \\\n  --assume-role-policy-document '${body}' > /dev/null\n`,
    ],
    ['an option with =', `ARN=$(aws iam update-assume-role-policy --role-name=cart --policy-document='${body}')\n`],
    [
      'a file written by tee',
      `tee ./trust.json <<'EOF' >/dev/null\n${body}\nEOF\naws iam create-role --role-name "cart" --assume-role-policy-document file://trust.json\n`,
    ],
  ])('tie a role to its policy: %s', (_name, text) => {
    const { roles, trustPolicies } = script(text);
    expect(trustPolicies).toHaveLength(1);
    expect(roles.map(({ name }) => shown(name))).toEqual(['cart']);
    expect(roles[0]?.trustPolicy).toBe(trustPolicies[0]);
  });

  it('give associations and providers', () => {
    const text = `aws eks create-pod-identity-association --cluster-name blue --namespace "shop" \\
  --service-account cart --role-arn arn:aws:iam::111122223333:role/x --disable-session-tags
aws iam create-open-id-connect-provider --url https://x --client-id-list sts.amazonaws.com other
`;
    const { associations, oidcProviders } = script(text);
    const [association] = associations;
    expect([association?.clusterName, association?.namespace, association?.serviceAccount].map(shown)).toEqual([
      'blue',
      'shop',
      'cart',
    ]);
    expect(association?.disableSessionTags).toMatchObject({ kind: 'boolean', value: true });
    expect(oidcProviders[0]?.clientIds.map(shown)).toEqual(['sts.amazonaws.com', 'other']);
    const node = association!.node;
    expect(applyEdits(text, [replaceString(stringAt(node, 'namespace')!, 'a b')])).toContain('--namespace "a b"');
    expect(applyEdits(text, [replaceString(stringAt(node, 'serviceAccount')!, 'a b')])).toContain(
      "--service-account 'a b'",
    );
    expect(applyEdits(text, [addProperty(node, 'targetRoleArn', 'x')])).toContain(
      '--disable-session-tags --target-role-arn x\n',
    );
    expect(applyEdits(text, [removeProperty(node, property(node, 'disableSessionTags')!)])).toContain(
      'role/x\naws iam',
    );
  });

  it('annotate service accounts', () => {
    for (const text of [
      'kubectl annotate serviceaccount -n shop cart eks.amazonaws.com/role-arn=$ARN --overwrite\n',
      'kubectl -n shop annotate sa/cart "eks.amazonaws.com/role-arn=$ARN"\n',
      'kubectl annotate --namespace=shop sa cart eks.amazonaws.com/role-arn="$ARN"\n',
    ]) {
      const [account] = script(text).serviceAccounts;
      expect([shown(account?.metadata.namespace), shown(account?.metadata.name)]).toEqual(['shop', 'cart']);
      const { key, value } = account!.metadata.annotations[0]!;
      expect([typed(text, key), typed(text, value).replaceAll('"', '')]).toEqual([
        'eks.amazonaws.com/role-arn',
        '$ARN',
      ]);
      expect(applyEdits(text, [renameKey({ key, value: undefined }, 'x')])).toBe(
        text.replace('eks.amazonaws.com/role-arn', 'x'),
      );
    }
    for (const text of ['kubectl annotate pod a b=c\n', 'kubectl annotate sa a b-\n', 'kubectl annotate sa\n'])
      expect(script(text).serviceAccounts).toEqual([]);
  });

  it('have eksctl make accounts and associations', () => {
    const made = script('eksctl create iamserviceaccount --cluster=blue --name cart --namespace shop --approve\n')
      .serviceAccounts[0]!;
    expect([shown(made.metadata.namespace), shown(made.metadata.name), made.managed]).toEqual(['shop', 'cart', true]);
    const given = script('eksctl create iamserviceaccount --name cart --attach-role-arn "$ARN"\n').serviceAccounts[0]!;
    expect([shown(given.metadata.namespace), given.managed, given.metadata.annotations[0]?.key.raw]).toEqual([
      'default',
      undefined,
      'eks.amazonaws.com/role-arn',
    ]);
    expect(script('eksctl create iamserviceaccount --name cart --role-only\n').serviceAccounts).toEqual([]);
    const [association] = script(
      'eksctl create podidentityassociation --cluster blue --namespace shop --service-account-name cart --role-arn $ARN\n',
    ).associations;
    expect(
      [association?.clusterName, association?.namespace, association?.serviceAccount, association?.roleArn].map(shown),
    ).toEqual(['blue', 'shop', 'cart', 'ARN']);
  });

  it('leave other commands alone', () => {
    for (const text of ['aws s3 ls\n', 'echo create-role', "echo '{'", 'x <<EOF', '$(((', "'", '"', '`', 'a\\', ''])
      expect(script(text)).toEqual(noFacts());
  });
});
