// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
/** A text of every format, with as many forms of each as fit: what is broken on purpose, and read again. */
const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D';

const policy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": "arn:aws:iam::\${AWS::AccountId}:oidc-provider/\${Oidc}" },
      "Action": ["sts:AssumeRoleWithWebIdentity"],
      "Condition": { "StringLike": { "\${Oidc}:sub": "system:serviceaccount:shop:*" } }
    }
  ]
}`;
const indent = (text: string, by: number) => text.replace(/^/gm, ' '.repeat(by));

export const sources: Readonly<Record<string, string>> = {
  'trust.json': policy.replaceAll('${Oidc}', ISSUER),
  'get-role.json': JSON.stringify({
    Role: {
      RoleName: 'cart',
      Arn: 'arn:aws:iam::111122223333:role/cart',
      AssumeRolePolicyDocument: encodeURIComponent(policy),
    },
  }),
  'template.yaml': `AWSTemplateFormatVersion: "2010-09-09"
Resources:
  One:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "\${Stage}-cart"
      AssumeRolePolicyDocument: !Sub |
${indent(policy, 8)}
  Two:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Join ["-", [a, !Ref B, !Select [0, !Split ["/", !GetAtt C.Arn]]]]
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Federated: !Ref Provider }
            Action: !If [X, sts:AssumeRoleWithWebIdentity, !Ref AWS::NoValue]
            Condition: { StringEquals: { "${ISSUER}:sub": !Sub ["system:serviceaccount:\${N}:a", { N: !Ref Ns }] } }
  Three:
    Type: AWS::EKS::PodIdentityAssociation
    Properties: { ClusterName: blue, Namespace: shop, ServiceAccount: cart, RoleArn: !GetAtt One.Arn }
`,
  'template.json': JSON.stringify(
    {
      Resources: {
        R: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: {
              'Fn::Join': ['', ['{"Statement":[{"Effect":"Allow","Principal":{"Federated":"', { Ref: 'P' }, '"}}]}']],
            },
            Policies: [{ PolicyDocument: { 'Fn::Sub': policy } }],
          },
        },
      },
    },
    null,
    2,
  ),
  'role.yaml': `apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: { name: cart, namespace: infra }
spec:
  name: {{ .Values.name }}
  assumeRolePolicyDocument: |
${indent(policy, 4)}
---
apiVersion: iam.aws.upbound.io/v1beta1
kind: Role
metadata: { name: cart }
spec:
  forProvider:
    assumeRolePolicy: >-
${indent(policy, 6)}
`,
  'kustomization.yaml': `namespace: shop
resources: [../base]
patches:
  - patch: |-
      apiVersion: v1
      kind: ServiceAccount
      metadata:
        name: cart
        annotations:
          eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart
  - target: { kind: ServiceAccount, name: till }
    patch: |-
      - op: add
        path: /metadata/annotations/eks.amazonaws.com~1role-arn
        value: x
secretGenerator:
  - name: x
    literals: [AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE]
`,
  'values.yaml': `base: &base { name: x }
serviceAccount:
  <<: *base
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart
env:
  - { name: AWS_ACCESS_KEY_ID, value: x }
podAnnotations: { eks.amazonaws.com/role-arn: x }
`,
  'cluster.yaml': `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: blue, region: eu-west-1 }
iam:
  withOIDC: true
  serviceAccounts:
    - metadata: { name: cart, namespace: shop }
      attachRoleARN: arn:aws:iam::111122223333:role/cart
  podIdentityAssociations:
    - { namespace: shop, serviceAccountName: api, roleARN: "arn:aws:iam::111122223333:role/api" }
managedNodeGroups: [{ name: a, disableIMDSv1: false }]
`,
  'workloads.yaml': `apiVersion: v1
kind: ServiceAccount
metadata:
  name: cart
  annotations: # why
    eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/cart"
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart }
spec:
  template:
    spec:
      serviceAccountName: cart
      containers: [{ name: a, env: [{ name: AWS_ACCESS_KEY_ID, value: x }] }]
`,
  Dockerfile: `FROM x AS build
ARG AWS_SECRET_ACCESS_KEY
ENV A=b \\
  # why
  AWS_ACCESS_KEY_ID="a b"
RUN <<EOF
ENV AWS_SESSION_TOKEN=x
EOF
`,
  'setup.sh': `cat > trust.json <<EOF
${policy}
EOF
aws iam create-role --role-name cart --assume-role-policy-document file://trust.json
aws eks create-pod-identity-association --cluster-name blue --namespace shop --service-account "$NAME" --role-arn "$(aws x)"
X='${policy.replaceAll('${Oidc}', `'"$OIDC"'`)}'
`,
};
