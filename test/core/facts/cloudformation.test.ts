// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { describe, expect, it } from 'vitest';
import { readCloudFormation } from '../../../src/core/facts/cloudformation.js';
import { literalOf, onlyHole, sameText } from '../../../src/core/syntax/text.js';
import { read, shown, typed } from './reading.js';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D';

function template(text: string, file = 'infra/roles.yaml') {
  const { facts, taken } = read(readCloudFormation, text, file);
  expect(taken).toBe(1);
  return facts;
}

describe('templates', () => {
  it('are known by their resources', () => {
    for (const [text, taken] of [
      ['Resources:\n  A:\n    Type: AWS::S3::Bucket\n', 1],
      ['AWSTemplateFormatVersion: "2010-09-09"\nResources: {}\n', 1],
      ['resources:\n  Resources:\n    A:\n      Type: AWS::IAM::Role\n', 1],
      ['resources:\n  - Resources:\n      A:\n        Type: AWS::IAM::Role\n', 1],
      ['Resources:\n  - a\n', 0],
      ['kind: Pod\nspec: {}\n', 0],
    ] as const)
      expect(read(readCloudFormation, text).taken).toBe(taken);
  });

  it('survive aliases of themselves and of each other', () => {
    const text = `Resources: &r
  A:
    Type: AWS::IAM::Role
    Properties: &p
      Self: *p
      All: *r
      RoleName: !Sub "x-\${Y}"
`;
    expect(shown(template(text).roles[0]?.name)).toBe('x-${Y}');
  });
});

describe('roles', () => {
  const text = `Resources:
  CartRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "\${Stage}-cart"
      Path: /eks/
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Federated: !Ref Provider
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                "${ISSUER}:sub": !Join [":", [system, serviceaccount, !Ref Namespace, cart]]
          - !If
            - HasPods
            - Effect: Allow
              Principal: { Service: pods.eks.amazonaws.com }
              Action: [sts:AssumeRole, !Ref AWS::NoValue]
            - !Ref AWS::NoValue
      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess, !Ref Extra]
      Policies:
        - PolicyName: a
          PolicyDocument: { Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }
  Extra:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: { Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }
  Inline:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref CartRole, other]
      PolicyDocument: { Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }
  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties: { Url: "https://${ISSUER}", ClientIdList: [sts.amazonaws.com] }
`;
  const facts = template(text);
  const [role] = facts.roles;
  const [first, second] = facts.trustPolicies[0]!.statements;

  it('have address, name, path, and policy', () => {
    expect(role?.address).toBe('cfn:infra/roles.yaml#CartRole');
    expect(shown(role?.name)).toBe('${Stage}-cart');
    expect(shown(role?.path)).toBe('/eks/');
    expect(role?.trustPolicy).toBe(facts.trustPolicies[0]);
    expect(facts.trustPolicies[0]?.role).toBe(role);
  });

  it('know the issuer of a provider of the template', () => {
    expect(shown(first?.principals[0]?.value)).toBe(
      `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:oidc-provider/${ISSUER}`,
    );
    expect(typed(text, first?.principals[0]?.value)).toBe('!Ref Provider');
    expect(shown(facts.oidcProviders[0]?.url)).toBe(`https://${ISSUER}`);
  });

  it('join strings', () => {
    const value = first?.conditions[0]?.values[0];
    expect(value?.kind === 'string' && shown(value)).toBe('system:serviceaccount:${Namespace}:cart');
  });

  it('count a conditional statement, and hold the list open', () => {
    expect(second?.principals[0]?.value.raw).toBe('pods.eks.amazonaws.com');
    expect(second?.actions.map(shown)).toEqual(['sts:AssumeRole']);
    expect(facts.trustPolicies[0]?.open).toBe(true);
  });

  it('have permission policies', () => {
    const address = 'cfn:infra/roles.yaml#CartRole';
    const extra = 'cfn:infra/roles.yaml#Extra';
    expect(facts.managedPolicyArns.map(({ arn, roles }) => [onlyHole(arn.text)?.address ?? shown(arn), roles])).toEqual(
      [
        ['arn:aws:iam::aws:policy/ReadOnlyAccess', [{ address }]],
        [extra, [{ address }]],
      ],
    );
    expect(facts.permissionPolicies.map(({ roles, address: own }) => [roles, own])).toEqual([
      [[{ address }], undefined],
      [[], extra],
      [[{ address }, { name: ['other'] }], undefined],
    ]);
  });

  it('know their account by a literal provider', () => {
    const { roles } = template(`Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: { Principal: { Federated: "arn:aws:iam::111122223333:oidc-provider/${ISSUER}" } }
`);
    expect(roles[0]?.account).toBe('111122223333');
  });

  it('may have two documents by a condition', () => {
    const { trustPolicies, roles } = template(`Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: !If
        - A
        - Statement: [{ Effect: Allow }]
        - Statement: [{ Effect: Deny }]
`);
    expect(trustPolicies.map(({ statements }) => statements[0]?.effectValue)).toEqual(['Allow', 'Deny']);
    expect(roles[0]?.trustPolicy).toBeUndefined();
  });

  it('are found in Fn::ForEach', () => {
    const { roles } = template(`Resources:
  Fn::ForEach::Roles:
    - Name
    - [cart, till]
    - "Role\${Name}":
        Type: AWS::IAM::Role
        Properties: { RoleName: !Sub "\${Name}" }
`);
    expect(roles).toHaveLength(1);
  });
});

describe('policies in Fn::Sub', () => {
  const body = `{
  "Statement": [{
    "Effect": "Allow",
    "Principal": { "Federated": "arn:aws:iam::\${AWS::AccountId}:oidc-provider/\${Oidc}" },
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": { "StringLike": { "\${Oidc}:sub": "system:serviceaccount:shop:*", "aws:x": "\${!aws:username}" } }
  }]
}`;
  const asBlock = `Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: !Sub |
${body.replace(/^/gm, '          ')}
`;
  const long = asBlock.replace('AssumeRolePolicyDocument: !Sub |', 'AssumeRolePolicyDocument:\n        Fn::Sub: |');
  const quoted = JSON.stringify({
    Resources: { R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { 'Fn::Sub': body } } } },
  });
  const withMap = JSON.stringify({
    Resources: {
      R: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: { 'Fn::Sub': [body, { Oidc: { Ref: 'Issuer' } }] } },
      },
    },
  });

  for (const [name, text, file] of [
    ['a block', asBlock, 'a.yaml'],
    ['a block, long form', long, 'a.yaml'],
    ['a JSON string', quoted, 'a.json'],
    ['a JSON string with a map', withMap, 'a.json'],
    ['a block with CRLF', asBlock.replaceAll('\n', '\r\n'), 'a.yaml'],
  ] as const) {
    it(`are read from ${name}`, () => {
      const [statement] = template(text, file).trustPolicies[0]!.statements;
      const condition = statement!.conditions[0]!;
      const provider = statement!.principals[0]!.value;
      expect(shown(condition.key)).toBe(`\${${name.endsWith('map') ? 'Issuer' : 'Oidc'}}:sub`);
      expect(typed(text, condition.values[0]).replaceAll('\\', '')).toBe('"system:serviceaccount:shop:*"');
      expect(typed(text, condition.key).replaceAll('\\', '')).toBe('"${Oidc}:sub"');
      expect(sameText([provider.text.at(-1)!], [condition.key.text[0]!])).toBe('yes');
      const variable = statement!.conditions[1]!.values[0]!;
      expect(variable.kind === 'string' && literalOf(variable.text)).toBe('${aws:username}');
      expect(typed(text, variable).replaceAll('\\', '')).toBe('"${!aws:username}"');
    });
  }
});

describe('intrinsic functions', () => {
  function value(source: string): { text: string; typed: string; address: string | undefined } {
    const text = `Mappings: { M: { a: { b: mapped } } }
Resources:
  Cluster: { Type: AWS::EKS::Cluster }
  R:
    Type: AWS::IAM::Role
    Properties:
      RoleName: ${source}
`;
    const node = template(text).roles[0]?.name;
    return { text: shown(node) ?? '', typed: typed(text, node), address: node && onlyHole(node.text)?.address };
  }

  it.each([
    ['plain', 'plain'],
    ['!Ref Name', '${Name}'],
    ['{ Ref: Name }', '${Name}'],
    ['!GetAtt Cluster.OpenIdConnectIssuerUrl', '${Cluster.OpenIdConnectIssuerUrl}'],
    ['{ "Fn::GetAtt": [Cluster, Arn] }', '${Cluster.Arn}'],
    ['!Sub "a-${AWS::Region}"', 'a-${AWS::Region}'],
    ['{ "Fn::Sub": "a-${X}" }', 'a-${X}'],
    ['!Sub ["${A}-x", { A: !Ref B }]', '${B}-x'],
    ['!Join ["-", [a, b]]', 'a-b'],
    ['!Join ["", [a, !Ref B, c]]', 'a${B}c'],
    ['!Join [",", !Ref List]', '${Fn::Join}'],
    ['!If [C, same, same]', 'same'],
    ['!If [C, one, other]', '${Fn::If C}'],
    ['!FindInMap [M, a, b]', 'mapped'],
    ['!FindInMap [M, !Ref A, b]', '${Fn::FindInMap M.….b}'],
    ['!Select [1, [a, b]]', 'b'],
    [
      '!Select [1, !Split ["//", !GetAtt Cluster.OpenIdConnectIssuerUrl]]',
      '${Fn::Select 1 Cluster.OpenIdConnectIssuerUrl}',
    ],
    ['!Select [1, !Split ["/", "a/b/c"]]', 'b'],
    ['!Select [0, !Split ["/", !Sub "a/${X}"]]', 'a'],
    ['!ImportValue eks-role', '${Fn::ImportValue eks-role}'],
    ['!Base64 x', '${Fn::Base64}'],
  ])('resolves %s', (source, text) => {
    expect(value(source).text).toBe(text);
  });

  it('stand on what was typed', () => {
    expect(value('!Ref Name').typed).toBe('!Ref Name');
    expect(value('!Join ["-", [a, b]]').typed).toBe('!Join ["-", [a, b]]');
    expect(value('!Sub "a-${X}"').typed).toBe('"a-${X}"');
  });

  it('have addresses', () => {
    expect(value('!Ref Name').address).toBe('cfn:infra/roles.yaml#Name');
    expect(value('!GetAtt Cluster.Arn').address).toBe('cfn:infra/roles.yaml#Cluster');
    expect(value('!ImportValue eks-role').address).toBe('cfn-export:eks-role');
  });
});

describe('what CDK writes', () => {
  const condition = {
    'Fn::Join': [
      '',
      [
        '{"',
        { 'Fn::Select': [1, { 'Fn::Split': [':oidc-provider/', { Ref: 'P' }] }] },
        ':sub":"system:serviceaccount:shop:*"}',
      ],
    ],
  };
  const text = JSON.stringify(
    {
      Resources: {
        Json: { Type: 'Custom::AWSCDKCfnJson', Properties: { Value: condition } },
        R: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: {
              Statement: [
                {
                  Action: 'sts:AssumeRoleWithWebIdentity',
                  Effect: 'Allow',
                  Principal: { Federated: { Ref: 'P' } },
                  Condition: { StringLike: { 'Fn::GetAtt': ['Json', 'Value'] } },
                },
              ],
            },
          },
        },
        Sa: {
          Type: 'Custom::AWSCDK-EKS-KubernetesResource',
          Properties: {
            Manifest: {
              'Fn::Join': [
                '',
                [
                  '[{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"cart","namespace":"shop","annotations":{"eks.amazonaws.com/role-arn":"',
                  { 'Fn::GetAtt': ['R', 'Arn'] },
                  '"}}}]',
                ],
              ],
            },
          },
        },
      },
    },
    null,
    1,
  );
  const facts = template(text, 'cdk.out/stack.template.json');

  it('gives conditions of joined JSON', () => {
    const found = facts.trustPolicies[0]!.statements[0]!.conditions[0]!;
    expect(found.key.raw.endsWith(':sub')).toBe(true);
    expect(typed(text, found.values[0])).toBe('\\"system:serviceaccount:shop:*\\"');
  });

  it('gives service accounts of manifests', () => {
    const [account] = facts.serviceAccounts;
    expect(shown(account?.metadata.name)).toBe('cart');
    const role = account?.metadata.annotations[0]?.value;
    expect(role?.kind === 'string' && onlyHole(role.text)).toEqual({
      expression: 'R.Arn',
      address: 'cfn:cdk.out/stack.template.json#R',
      attribute: 'arn',
    });
  });
});

describe('EKS resources', () => {
  const facts = template(`Resources:
  A:
    Type: AWS::EKS::PodIdentityAssociation
    Properties: { ClusterName: blue, Namespace: shop, ServiceAccount: cart, RoleArn: !GetAtt R.Arn, DisableSessionTags: true }
  D:
    Type: AWS::EKS::Addon
    Properties:
      AddonName: aws-ebs-csi-driver
      ClusterName: blue
      PodIdentityAssociations: [{ ServiceAccount: ebs-csi-controller-sa, RoleArn: !GetAtt R.Arn }]
  T:
    Type: AWS::EC2::LaunchTemplate
    Properties: { LaunchTemplateData: { MetadataOptions: { HttpTokens: optional, HttpPutResponseHopLimit: 2 } } }
  Other:
    Type: AWS::EC2::LaunchTemplate
    Properties: { LaunchTemplateData: { MetadataOptions: { HttpTokens: required } } }
  N:
    Type: AWS::EKS::Nodegroup
    Properties: { LaunchTemplate: { Id: !Ref T } }
`);

  it('give associations', () => {
    const [association, addon] = facts.associations;
    expect([association?.clusterName, association?.namespace, association?.serviceAccount].map(shown)).toEqual([
      'blue',
      'shop',
      'cart',
    ]);
    expect(association?.role).toEqual({ address: 'cfn:infra/roles.yaml#R' });
    expect(association?.disableSessionTags?.kind).toBe('boolean');
    expect([addon?.addon, shown(addon?.clusterName), shown(addon?.serviceAccount)]).toEqual([
      'aws-ebs-csi-driver',
      'blue',
      'ebs-csi-controller-sa',
    ]);
  });

  it('give node templates', () => {
    expect(
      facts.nodeTemplates.map(({ httpTokens, hopLimit, eks }) => [httpTokens?.value, hopLimit?.value, eks]),
    ).toEqual([
      ['optional', 2, true],
      ['required', undefined, false],
    ]);
  });
});
