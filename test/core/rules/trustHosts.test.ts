// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { beforeAll, describe, it } from 'vitest';
import { readyForTerraform } from '../../support/ruleTester.js';
import { AUD, check, ISSUER, OTHER, PROVIDER, STS, SUB, SUBJECT } from './trustCases.js';

beforeAll(readyForTerraform);

function cases(
  all: Readonly<Record<string, string | Readonly<Record<string, string>>>>,
  file: string,
  unfixed: readonly string[] = [],
): void {
  for (const [title, text] of Object.entries(all)) {
    it(title, () => check(typeof text === 'string' ? { [file]: text } : text, unfixed));
    it(`${title} (CRLF)`, () => {
      const files = typeof text === 'string' ? { [file]: text } : text;
      check(
        Object.fromEntries(Object.entries(files).map(([name, each]) => [name, each.replaceAll('\n', '\r\n')])),
        unfixed,
      );
    });
  }
}

interface Parts {
  readonly head?: string;
  readonly actions?: string;
  readonly principal?: string;
  readonly identifiers?: string;
  readonly sub?: string;
  readonly aud?: string;
  readonly more?: string;
}

function condition(test: string, variable: string, values: string): string {
  return `    condition {\n      test     = "${test}"\n      variable = "${variable}"\n      values   = [${values}]\n    }\n`;
}

function document({
  head = '',
  actions = '["sts:AssumeRoleWithWebIdentity"]',
  principal = 'Federated',
  identifiers = `["${PROVIDER}"]`,
  sub,
  aud,
  more = '',
}: Parts): string {
  return `data "aws_iam_policy_document" "trust" {
  statement {
${head}    actions = ${actions}
    principals {
      type        = "${principal}"
      identifiers = ${identifiers}
    }
${sub ?? condition('StringEquals', SUB, `"${SUBJECT}"`)}${aud ?? condition('StringEquals', AUD, `"${STS}"`)}${more}  }
}

resource "aws_iam_role" "cart" {
  name               = "cart"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
`;
}

const pods = {
  principal: 'Service',
  identifiers: '["pods.eks.amazonaws.com"]',
  actions: '["sts:AssumeRole", "sts:TagSession"]',
  sub: condition('StringEquals', 'aws:SourceAccount', '"111122223333"'),
  aud: '',
};

describe('aws_iam_policy_document', () => {
  cases(
    {
      right: document({}),
      'Pod Identity': document(pods),
      pattern: document({
        sub: condition('StringLike', SUB, '@trust-wildcard-subject@"system:serviceaccount:shop:*"'),
      }),
      'pattern in a list': document({
        sub: condition('StringLike', SUB, `"${SUBJECT}", @trust-wildcard-subject@"system:serviceaccount:*:x"`),
      }),
      'literal star': document({
        sub: condition('StringEquals', SUB, '@trust-literal-wildcard@"system:serviceaccount:shop:*"'),
      }),
      'no subject': document({ sub: '', identifiers: `[@trust-missing-subject@"${PROVIDER}"]` }),
      'no audience': document({ aud: '', identifiers: `[@trust-missing-audience@"${PROVIDER}"]` }),
      neither: document({
        sub: '',
        aud: '',
        identifiers: `[@trust-missing-audience+trust-missing-subject@"${PROVIDER}"]`,
      }),
      'wrong audience': document({
        aud: condition('StringEquals', AUD, '@trust-wrong-audience@"sts.eu-west-1.amazonaws.com"'),
      }),
      'another issuer': document({
        sub: condition('StringEquals', `@trust-issuer-mismatch@${OTHER}:sub`, `"${SUBJECT}"`),
      }),
      'https in a key': document({
        sub: condition('StringEquals', `@trust-malformed-issuer@https://${SUB}`, `"${SUBJECT}"`),
      }),
      'the ARN as key': document({
        aud: condition('StringEquals', `@trust-malformed-issuer@${PROVIDER}:aud`, `"${STS}"`),
      }),
      'swapped claims': document({
        sub: condition('StringEquals', `@trust-swapped-claims@${AUD}`, `"${SUBJECT}"`),
        aud: condition('StringEquals', `@trust-swapped-claims@${SUB}`, `"${STS}"`),
      }),
      'malformed subject': document({ sub: condition('StringEquals', SUB, '@trust-malformed-subject@"shop/cart"') }),
      'cluster as provider': document({
        identifiers: '[@trust-malformed-arn@"arn:aws:eks:eu-west-1:111122223333:cluster/blue"]',
      }),
      everybody: document({ principal: 'AWS', identifiers: '[@trust-wildcard-principal@"*"]' }),
      'every provider': document({ identifiers: '[@trust-wildcard-principal@"*"]' }),
      'star principal': document({ principal: '*', identifiers: '[@trust-wildcard-principal@"*"]' }),
      'wrong action': document({ actions: '["sts:AssumeRole"]' }).replace(
        '    actions',
        '    @trust-action-mismatch@actions',
      ),
      'unknown action': document({ actions: '[@trust-unknown-action@"sts:AssumeRoleWithWebIdentiy"]' }),
      'no tag session': document({ ...pods, actions: '["sts:AssumeRole"]' }).replace(
        '    actions',
        '    @trust-missing-tag-session@actions',
      ),
      optional: document({ sub: condition('@trust-optional-condition@StringEqualsIfExists', SUB, `"${SUBJECT}"`) }),
      negated: document({
        sub: condition('@trust-optional-condition@StringNotEquals', SUB, '"system:serviceaccount:shop:till"'),
      }),
      resources: document({ head: '    @trust-prohibited-element@resources = ["*"]\n' }),
      'source ARN': document({
        ...pods,
        sub: condition(
          'ArnLike',
          'aws:SourceArn',
          '@trust-wrong-source-arn@"arn:aws:eks:eu-west-1:111122223333:podidentityassociation/blue/a-1"',
        ),
      }),
      'session tag': document({
        ...pods,
        sub: condition('StringEquals', 'aws:RequestTag/kubernetes-namespace', '@trust-literal-wildcard@"team-*"'),
      }),
      holes: document({
        identifiers: '[module.eks.oidc_provider_arn]',
        sub: condition(
          'StringEquals',
          '${module.eks.oidc_provider}:sub',
          '"system:serviceaccount:${var.namespace}:${var.name}"',
        ),
        aud: condition('StringEquals', '${module.eks.oidc_provider}:aud', `"${STS}"`),
      }),
      'a pattern before a hole': document({
        identifiers: '[module.eks.oidc_provider_arn]',
        sub: condition(
          'StringLike',
          '${module.eks.oidc_provider}:sub',
          '@trust-wildcard-subject@"system:serviceaccount:*:${var.name}"',
        ),
        aud: condition('StringEquals', '${module.eks.oidc_provider}:aud', `"${STS}"`),
      }),
      'a literal star behind a hole': document({
        identifiers: '[module.eks.oidc_provider_arn]',
        sub: condition(
          'StringEquals',
          '${module.eks.oidc_provider}:sub',
          '@trust-literal-wildcard@"system:serviceaccount:${var.namespace}:*"',
        ),
        aud: condition('StringEquals', '${module.eks.oidc_provider}:aud', `"${STS}"`),
      }),
      'replace() in the key': document({
        identifiers: '[aws_iam_openid_connect_provider.eks.arn]',
        sub: condition(
          'StringEquals',
          '${replace(aws_iam_openid_connect_provider.eks.url, \\"https://\\", \\"\\")}:sub'.replaceAll('\\"', '"'),
          `"${SUBJECT}"`,
        ),
        aud: condition(
          'StringEquals',
          '${replace(aws_iam_openid_connect_provider.eks.url, "https://", "")}:aud',
          `"${STS}"`,
        ),
      }),
      'unknown conditions': document({
        sub: '',
        aud: '',
        more: '    dynamic "condition" {\n      for_each = var.conditions\n      content {\n        test     = condition.value.test\n        variable = condition.value.variable\n        values   = condition.value.values\n      }\n    }\n',
      }),
      "the provider's ARN by reference": document({
        identifiers: '[module.eks.oidc_provider_arn]',
        sub: condition('StringEquals', '@trust-malformed-issuer@${module.eks.oidc_provider_arn}:sub', `"${SUBJECT}"`),
        aud: condition(
          'StringEquals',
          '@trust-malformed-issuer@${aws_iam_openid_connect_provider.eks.arn}:aud',
          `"${STS}"`,
        ),
      }),
      'the URL in the provider': document({
        identifiers:
          '[@trust-malformed-issuer@"arn:aws:iam::111122223333:oidc-provider/${aws_eks_cluster.blue.identity[0].oidc[0].issuer}"]',
        sub: condition('StringEquals', '${module.eks.oidc_provider}:sub', `"${SUBJECT}"`),
        aud: condition('StringEquals', '${module.eks.oidc_provider}:aud', `"${STS}"`),
      }),
      'the URL as it comes': document({
        identifiers: '[module.eks.oidc_provider_arn]',
        sub: condition(
          'StringEquals',
          '@trust-malformed-issuer@${module.eks.cluster_oidc_issuer_url}:sub',
          `"${SUBJECT}"`,
        ),
        aud: condition('StringEquals', '${module.eks.oidc_provider}:aud', `"${STS}"`),
      }),
    },
    'main.tf',
  );
  cases(
    {
      'conditions on one key are all to hold': document({
        more: condition('StringEquals', SUB, '@trust-contradiction@"system:serviceaccount:shop:till"'),
      }),
      'a provider that is not known': document({
        sub: '',
        aud: '',
        identifiers: '[@trust-missing-audience+trust-missing-subject@module.eks.oidc_provider_arn]',
      }),
    },
    'main.tf',
    ['trust-contradiction'],
  );
});

describe('Terraform, other ways', () => {
  const role = (document: string) =>
    `resource "aws_iam_role" "r" {\n  name = "r"\n  assume_role_policy = ${document}\n}\n`;
  const statement = (conditions: string, federated = 'module.eks.oidc_provider_arn') =>
    role(`jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = ${federated} }
      Condition = ${conditions}
    }]
  })`);
  cases(
    {
      'keys with interpolation': statement(
        '{ StringEquals = { "${module.eks.oidc_provider}:sub" = "system:serviceaccount:shop:cart", "${module.eks.oidc_provider}:aud" = "sts.amazonaws.com" } }',
      ),
      'a pattern': statement(
        '{ StringLike = { "${module.eks.oidc_provider}:sub" = @trust-wildcard-subject@"system:serviceaccount:${var.ns}:*", "${module.eks.oidc_provider}:aud" = "sts.amazonaws.com" } }',
      ),
      'a literal star': statement(
        '{ StringEquals = { "${module.eks.oidc_provider}:sub" = @trust-literal-wildcard@"system:serviceaccount:shop:*", "${module.eks.oidc_provider}:aud" = "sts.amazonaws.com" } }',
      ),
      'no audience': statement(
        '{ StringEquals = { "${module.eks.oidc_provider}:sub" = "system:serviceaccount:shop:cart" } }',
        '@trust-missing-audience@module.eks.oidc_provider_arn',
      ),
      'parentheses round a key': statement(
        '{ StringEquals = { ("${local.issuer}:sub") = "system:serviceaccount:shop:cart", ("${local.issuer}:aud") = "sts.amazonaws.com" } }',
      ),
      'merged conditions': statement(
        'merge({ StringEquals = { "${module.eks.oidc_provider}:aud" = "sts.amazonaws.com" } }, var.more)',
      ),
      'a local issuer': `locals {\n  issuer = "${ISSUER}"\n}\n${statement(`{ StringEquals = { "\${local.issuer}:sub" = "${SUBJECT}", "\${local.issuer}:aud" = "${STS}" } }`, `"arn:aws:iam::111122223333:oidc-provider/\${local.issuer}"`)}`,
      'heredoc with interpolation': role(`<<-EOF
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "Federated": "\${module.eks.oidc_provider_arn}" },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "\${module.eks.oidc_provider}:aud": "sts.amazonaws.com",
              "\${module.eks.oidc_provider}:sub": @trust-literal-wildcard@"system:serviceaccount:shop:*"
            }
          }
        }
      ]
    }
  EOF`),
      GitHub: statement(
        '{ StringLike = { "token.actions.githubusercontent.com:sub" = "repo:acme/*" } }',
        'aws_iam_openid_connect_provider.github.arn',
      ),
      "somebody's provider, and not a cluster's": statement(
        '{ StringLike = { "${var.oidc_provider}:sub" = "repo:acme/*" } }',
        'var.oidc_provider_arn',
      ),
      'unknown condition': statement('var.condition'),
    },
    'main.tf',
  );
  cases(
    {
      'policy document in JSON syntax': `{
  "data": {
    "aws_iam_policy_document": {
      "trust": {
        "statement": [
          {
            "actions": ["sts:AssumeRoleWithWebIdentity"],
            "principals": [{ "type": "Federated", "identifiers": ["${PROVIDER}"] }],
            "condition": [
              { "test": "StringEquals", "variable": "${SUB}", "values": [@trust-literal-wildcard@"system:serviceaccount:shop:*"] },
              { "test": "StringEquals", "variable": "${AUD}", "values": ["sts.amazonaws.com"] }
            ]
          }
        ]
      }
    }
  },
  "resource": { "aws_iam_role": { "r": { "name": "r", "assume_role_policy": "\${data.aws_iam_policy_document.trust.json}" } } }
}
`,
      'no audience in JSON syntax': `{
  "data": {
    "aws_iam_policy_document": {
      "trust": {
        "statement": {
          "actions": ["sts:AssumeRoleWithWebIdentity"],
          "principals": { "type": "Federated", "identifiers": [@trust-missing-audience@"${PROVIDER}"] },
          "condition": { "test": "StringEquals", "variable": "${SUB}", "values": ["${SUBJECT}"] }
        }
      }
    }
  },
  "resource": { "aws_iam_role": { "r": { "name": "r", "assume_role_policy": "\${data.aws_iam_policy_document.trust.json}" } } }
}
`,
    },
    'main.tf.json',
  );
});

describe('CloudFormation', () => {
  const role = (document: string) => `AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  OidcProvider:
    Type: String
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:${document}`;
  const sub = (conditions: string, federated = '"arn:aws:iam::${AWS::AccountId}:oidc-provider/${OidcProvider}"') =>
    role(` !Sub |
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "Federated": ${federated} },
              "Action": "sts:AssumeRoleWithWebIdentity",
              "Condition": ${conditions}
            }
          ]
        }
`);
  cases(
    {
      right: sub(
        '{ "StringEquals": { "${OidcProvider}:sub": "system:serviceaccount:shop:cart", "${OidcProvider}:aud": "sts.amazonaws.com" } }',
      ),
      'a literal star': sub(
        '{ "StringEquals": { "${OidcProvider}:aud": "sts.amazonaws.com", "${OidcProvider}:sub": @trust-literal-wildcard@"system:serviceaccount:shop:*" } }',
      ),
      'no audience': sub(
        '{ "StringEquals": { "${OidcProvider}:sub": "system:serviceaccount:shop:cart" } }',
        '@trust-missing-audience@"arn:aws:iam::${AWS::AccountId}:oidc-provider/${OidcProvider}"',
      ),
      'no subject': sub(
        '{ "StringEquals": { "${EksOidcProvider}:aud": "sts.amazonaws.com" } }',
        '@trust-missing-subject@"arn:aws:iam::${AWS::AccountId}:oidc-provider/${EksOidcProvider}"',
      ),
      'https before a parameter': sub(
        '{ "StringEquals": { @trust-malformed-issuer@"https://${OidcProvider}:sub": "system:serviceaccount:shop:cart", "${OidcProvider}:aud": "sts.amazonaws.com" } }',
      ),
      'swapped claims': sub(
        '{ "StringEquals": { @trust-swapped-claims@"${OidcProvider}:aud": "system:serviceaccount:shop:cart" } }',
      ),
      optional: sub(
        '{ @trust-optional-condition@"StringLikeIfExists": { "${OidcProvider}:sub": "system:serviceaccount:shop:cart" }, "StringEquals": { "${OidcProvider}:aud": "sts.amazonaws.com" } }',
      ),
      'a regional audience': sub(
        '{ "StringEquals": { "${OidcProvider}:sub": "system:serviceaccount:shop:cart", "${OidcProvider}:aud": @trust-wrong-audience@"sts.${AWS::Region}.amazonaws.com" } }',
      ),
      'an audience of the partition': sub(
        '{ "StringEquals": { "${OidcProvider}:sub": "system:serviceaccount:shop:cart", "${OidcProvider}:aud": "sts.${AWS::URLSuffix}" } }',
      ),
      'a malformed subject round a hole': sub(
        '{ "StringEquals": { "${OidcProvider}:sub": @trust-malformed-subject@"serviceaccount:${Namespace}:cart", "${OidcProvider}:aud": "sts.amazonaws.com" } }',
      ),
      'Sub on a value': role(`
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Federated: !Sub arn:aws:iam::\${AWS::AccountId}:oidc-provider/${ISSUER}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringLike:
                ${SUB}: !Sub @trust-wildcard-subject@"system:serviceaccount:*:\${Name}"
              StringEquals:
                ${AUD}: sts.amazonaws.com
`),
      'a literal star in Sub': role(`
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Federated: !Sub arn:aws:iam::\${AWS::AccountId}:oidc-provider/${ISSUER}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                ${AUD}: sts.amazonaws.com
                ${SUB}: !Sub @trust-literal-wildcard@"system:serviceaccount:\${Namespace}:*"
`),
      'two keys of one name': role(`
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Federated: ${PROVIDER}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                ${SUB}: ${SUBJECT}
              @trust-duplicate-key@StringEquals:
                ${AUD}: sts.amazonaws.com
`),
      'GetAtt of a provider': role(`
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Federated: !GetAtt EksOidcProvider.Arn
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                ${SUB}: ${SUBJECT}
                ${AUD}: sts.amazonaws.com
`),
    },
    'template.yaml',
  );
});

describe('keys that stand twice', () => {
  const at = (inner: string, statement = '') => `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": "${PROVIDER}" },
      "Action": "sts:AssumeRoleWithWebIdentity",
${statement}      "Condition": ${inner}
    }
  ]
}
`;
  cases(
    {
      operators: at(
        `{ "StringEquals": { "${SUB}": "${SUBJECT}" }, @trust-duplicate-key@"StringEquals": { "${AUD}": "sts.amazonaws.com" } }`,
      ),
      'operators on lines of their own': at(
        `{\n        "StringEquals": {\n          "${SUB}": "${SUBJECT}"\n        },\n        @trust-duplicate-key@"StringEquals": {\n          "${AUD}": "sts.amazonaws.com"\n        }\n      }`,
      ),
      subjects: at(
        `{ "StringEquals": { "${SUB}": "${SUBJECT}", "${AUD}": "sts.amazonaws.com", @trust-duplicate-key@"${SUB}": "system:serviceaccount:shop:till" } }`,
      ),
      'subjects on lines of their own': at(
        `{\n        "StringEquals": {\n          "${SUB}": "${SUBJECT}",\n          @trust-duplicate-key@"${SUB}": "system:serviceaccount:shop:till",\n          "${AUD}": "sts.amazonaws.com"\n        }\n      }`,
      ),
      conditions: at(
        `{ "StringEquals": { "${SUB}": "${SUBJECT}" } },\n      @trust-duplicate-key@"Condition": { "StringEquals": { "${AUD}": "sts.amazonaws.com" } }`,
      ),
      actions: at(
        `{ "StringEquals": { "${SUB}": "${SUBJECT}", "${AUD}": "sts.amazonaws.com" } }`,
        '      @trust-duplicate-key@"Action": "sts:TagSession",\n',
      ),
      effects: at(
        `{ "StringEquals": { "${SUB}": "${SUBJECT}", "${AUD}": "sts.amazonaws.com" } }`,
        '      @trust-duplicate-key@"Effect": "Allow",\n',
      ),
    },
    'trust.json',
  );
});

describe('with a workspace', () => {
  const role = (sub: string, aud = 'sts.amazonaws.com') => `{
  "Role": {
    "RoleName": "cart",
    "Arn": "arn:aws:iam::111122223333:role/cart",
    "AssumeRolePolicyDocument": {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "Federated": "${PROVIDER}" },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": { "${SUB}": ${sub}, "${AUD}": ${aud.startsWith('@') ? aud : `"${aud}"`} }
          }
        }
      ]
    }
  }
}
`;
  const account = (name: string, namespace: string, annotations: readonly string[] = []) =>
    `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n${annotations.length > 0 ? `  annotations:\n${annotations.map((line) => `    ${line}\n`).join('')}` : ''}`;
  const ARN = 'eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart';
  cases(
    {
      'a letter too few': {
        'trust.json': bare(`@trust-unknown-subject@"system:serviceaccount:shop:crt"`),
        'sa.yaml': account('cart', 'shop'),
      },
      'another namespace': {
        'trust.json': bare(`@trust-unknown-subject@"system:serviceaccount:store:cart"`),
        'sa.yaml': account('cart', 'shop'),
      },
      'a namespace that is not known': {
        'trust.json': bare(`"system:serviceaccount:store:cart"`),
        'sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cart\n',
      },
      'nothing near': {
        'trust.json': bare(`"system:serviceaccount:store:cart"`),
        'sa.yaml': account('invoices', 'shop'),
      },
      'the default account': {
        'trust.json': bare(`"system:serviceaccount:store:default"`),
        'sa.yaml': account('default', 'shop'),
      },
      'an audience that the account asks for': {
        'role.json': role(`"${SUBJECT}"`, 'vault'),
        'sa.yaml': account('cart', 'shop', [ARN, 'eks.amazonaws.com/audience: vault']),
      },
    },
    'trust.json',
  );
  function bare(sub: string): string {
    return JSON.stringify(
      {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: PROVIDER },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: { StringEquals: { [SUB]: '%', [AUD]: STS } },
          },
        ],
      },
      null,
      2,
    ).replace('"%"', sub);
  }
  cases(
    {
      'an audience that the account does not ask for': {
        'role.json': role(`"${SUBJECT}"`, '@trust-wrong-audience@"vault"'),
        'sa.yaml': account('cart', 'shop', [`@sa-trust-denied@${ARN}`]).replace(
          '@sa-trust-denied@eks.amazonaws.com/role-arn: ',
          'eks.amazonaws.com/role-arn: @sa-trust-denied@',
        ),
      },
      'the usual audience, and the account asks for another': {
        'role.json': role(`"${SUBJECT}"`, '@trust-wrong-audience@"sts.amazonaws.com"'),
        'sa.yaml': account('cart', 'shop', [
          'eks.amazonaws.com/role-arn: @sa-trust-denied@arn:aws:iam::111122223333:role/cart',
          'eks.amazonaws.com/audience: vault',
        ]),
      },
    },
    'trust.json',
    ['sa-trust-denied'],
  );
});

describe('charts and shells', () => {
  cases(
    {
      'a template of a role': `{{- if .Values.ack.enabled }}
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata:
  name: {{ include "cart.fullname" . }}
spec:
  name: {{ .Values.role.name }}
  assumeRolePolicyDocument: |
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "Federated": "arn:aws:iam::{{ .Values.accountId }}:oidc-provider/{{ .Values.oidcProvider }}" },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "{{ .Values.oidcProvider }}:aud": "sts.amazonaws.com",
              "{{ .Values.oidcProvider }}:sub": @trust-literal-wildcard@"system:serviceaccount:*:{{ .Values.serviceAccount.name }}"
            }
          }
        }
      ]
    }
{{- end }}
`,
    },
    'templates/role.yaml',
  );
});
