// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes what it puts into a string
import { beforeAll, describe, expect, it } from 'vitest';
import { loadHclForTests } from '../syntax/hclFixture.js';
import { type Module, shown, summary, tf } from './terraformFixture.js';

beforeAll(loadHclForTests);

const annotations = (module: Module) =>
  module.facts.serviceAccounts.map(({ metadata, source }) => [
    source,
    shown(metadata.namespace),
    shown(metadata.name),
    ...metadata.annotations.map(({ key, value }) => `${shown(key)} = ${shown(value)}`),
  ]);

describe('Kubernetes', () => {
  it.each(['', '_v1'])('kubernetes_service_account%s', (suffix) => {
    const module = tf(`resource "kubernetes_service_account${suffix}" "a" {
  metadata {
    name        = "cart"
    namespace   = "shop"
    annotations = { "eks.amazonaws.com/role-arn" = aws_iam_role.a.arn }
    labels      = { app = "cart" }
  }
}
resource "kubernetes_default_service_account${suffix}" "b" {
  metadata {
    namespace = "shop"
  }
}`);
    expect(annotations(module)).toEqual([
      ['terraform', 'shop', 'cart', 'eks.amazonaws.com/role-arn = ${aws_iam_role.a.arn}'],
      ['terraform', 'shop', 'default'],
    ]);
    const [account] = module.facts.serviceAccounts;
    expect(account?.address).toBe(`tf:infra#kubernetes_service_account${suffix}.a`);
    expect(module.typed(account?.metadata.node)).toMatch(/^metadata \{/);
    expect(module.typed(account?.metadata.annotations[0]?.key)).toBe('"eks.amazonaws.com/role-arn"');
    expect(module.typed(account?.metadata.annotationsNode)).toBe(
      '{ "eks.amazonaws.com/role-arn" = aws_iam_role.a.arn }',
    );
    expect(account?.metadata.open).toBeUndefined();
  });

  it('annotations that are merged with something unknown are open', () => {
    const module = tf(`resource "kubernetes_service_account" "a" {
  metadata {
    name        = "cart"
    annotations = merge(var.more, { "eks.amazonaws.com/role-arn" = "arn:aws:iam::111122223333:role/a" })
  }
}`);
    expect(module.facts.serviceAccounts[0]?.metadata.open).toBe(true);
    expect(annotations(module)[0]?.at(-1)).toBe('eks.amazonaws.com/role-arn = arn:aws:iam::111122223333:role/a');
  });

  it('workloads with their environment', () => {
    const module = tf(`resource "kubernetes_cron_job_v1" "a" {
  metadata { name = "nightly" }
  spec {
    job_template {
      spec {
        template {
          metadata { annotations = { "eks.amazonaws.com/role-arn" = "x" } }
          spec {
            service_account_name = "cart"
            node_selector        = { "kubernetes.io/os" = "windows" }
            container {
              name = "one"
              env {
                name  = "AWS_REGION"
                value = "eu-west-1"
              }
              env {
                name = "AWS_SECRET_ACCESS_KEY"
                value_from {
                  secret_key_ref {
                    name = "keys"
                    key  = "secret"
                  }
                }
              }
              env_from {
                config_map_ref { name = "settings" }
              }
            }
            init_container { name = "two" }
          }
        }
      }
    }
  }
}`);
    const [workload] = module.facts.workloads;
    expect(workload).toMatchObject({ source: 'terraform', kind: 'CronJob' });
    expect([shown(workload?.metadata.name), shown(workload?.serviceAccountName)]).toEqual(['nightly', 'cart']);
    expect(workload?.nodeSelector.map(({ key, value }) => [key.raw, shown(value)])).toEqual([
      ['kubernetes.io/os', 'windows'],
    ]);
    expect(workload?.podMetadata?.annotations[0]?.key.raw).toBe('eks.amazonaws.com/role-arn');
    expect(workload?.containers.map(({ name }) => shown(name))).toEqual(['two', 'one']);
    const [, container] = workload!.containers;
    expect(
      container?.env.map(({ name, value, from }) => [name.raw, shown(value), from?.kind, from?.name?.raw]),
    ).toEqual([
      ['AWS_REGION', 'eu-west-1', undefined, undefined],
      ['AWS_SECRET_ACCESS_KEY', undefined, 'secret', 'keys'],
    ]);
    expect(module.typed(container?.env[0]?.name)).toBe('"AWS_REGION"');
    expect(container?.envFrom.map(({ kind, name }) => [kind, name?.raw])).toEqual([['configmap', 'settings']]);
  });

  it('secrets, which Terraform takes as plain text', () => {
    const module = tf(`resource "kubernetes_secret" "a" {
  metadata { name = "keys" }
  data = {
    AWS_ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
  }
}
resource "kubernetes_config_map" "b" {
  metadata { name = "settings" }
  data = { "aws_region" = "eu-west-1" }
}`);
    expect(
      module.facts.credentialStores.map(({ kind, entries }) => [
        kind,
        entries.map(({ key, decoded }) => [key.raw, decoded]),
      ]),
    ).toEqual([
      ['Secret', [['AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE']]],
      ['ConfigMap', [['aws_region', 'eu-west-1']]],
    ]);
  });

  it('whole manifests, as an object and as YAML', () => {
    const module = tf(`resource "kubernetes_manifest" "a" {
  manifest = {
    apiVersion = "v1"
    kind       = "ServiceAccount"
    metadata   = { name = "a", namespace = "n" }
  }
}
resource "kubectl_manifest" "b" {
  yaml_body = <<-YAML
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: b
      namespace: \${var.namespace}
      annotations:
        eks.amazonaws.com/rolearn: x
  YAML
}`);
    expect(annotations(module)).toEqual([
      ['terraform', 'n', 'a'],
      ['terraform', '${var.namespace}', 'b', 'eks.amazonaws.com/rolearn = x'],
    ]);
    expect(module.typed(module.facts.serviceAccounts[1]?.metadata.annotations[0]?.key)).toBe(
      'eks.amazonaws.com/rolearn',
    );
  });

  it('charts, by set and by values', () => {
    const module = tf(`resource "helm_release" "a" {
  namespace = "ingress"
  set {
    name  = "serviceAccount.name"
    value = "controller"
  }
  set {
    name  = "serviceAccount.annotations.eks\\\\.amazonaws\\\\.com/role-arn"
    value = aws_iam_role.a.arn
  }
  values = [yamlencode({ api = { serviceAccount = { name = "api", annotations = { "eks.amazonaws.com/role-arn" = "r" } } } })]
}
resource "helm_release" "b" {
  set = [{ name = "replicas", value = "2" }]
}`);
    expect(annotations(module)).toEqual([
      ['helm-values', 'ingress', 'api', 'eks.amazonaws.com/role-arn = r'],
      ['helm-values', 'ingress', 'controller', 'eks.amazonaws.com/role-arn = ${aws_iam_role.a.arn}'],
    ]);
  });

  it('annotations on another’s service account', () => {
    const module = tf(`resource "kubernetes_annotations" "a" {
  api_version = "v1"
  kind        = "ServiceAccount"
  metadata {
    name      = "aws-node"
    namespace = "kube-system"
  }
  annotations = { "eks.amazonaws.com/role-arn" = "r" }
}
resource "kubernetes_annotations" "b" {
  kind        = "Namespace"
  annotations = { a = "b" }
}`);
    expect(annotations(module)).toEqual([['terraform', 'kube-system', 'aws-node', 'eks.amazonaws.com/role-arn = r']]);
  });
});

describe('EKS', () => {
  it('associations', () => {
    const module = tf(`resource "aws_eks_pod_identity_association" "a" {
  cluster_name         = aws_eks_cluster.blue.name
  namespace            = "shop"
  service_account      = kubernetes_service_account.a.metadata[0].name
  role_arn             = aws_iam_role.a.arn
  target_role_arn      = "arn:aws:iam::444455556666:role/t"
  disable_session_tags = true
  policy               = jsonencode({ Statement = [] })
}
resource "aws_eks_cluster" "blue" { name = "blue" }
resource "kubernetes_service_account" "a" {
  metadata { name = "cart" }
}`);
    const [association] = module.facts.associations;
    expect(
      [association?.clusterName, association?.namespace, association?.serviceAccount, association?.targetRoleArn].map(
        shown,
      ),
    ).toEqual(['blue', 'shop', 'cart', 'arn:aws:iam::444455556666:role/t']);
    expect(shown(association?.disableSessionTags)).toBe('true');
    expect(association?.policy?.kind).toBe('object');
    expect(association?.fields.map(({ key }) => key.raw)).toContain('disable_session_tags');
    expect(association).toMatchObject({ source: 'terraform' });
  });

  it('add-ons, by either mechanism', () => {
    const module = tf(`resource "aws_eks_addon" "a" {
  cluster_name             = "blue"
  addon_name               = "aws-ebs-csi-driver"
  service_account_role_arn = aws_iam_role.a.arn
}
resource "aws_eks_addon" "b" {
  cluster_name = "blue"
  addon_name   = "external-dns"
  pod_identity_association {
    role_arn        = "arn:aws:iam::111122223333:role/b"
    service_account = "external-dns"
  }
}`);
    expect(annotations(module)).toEqual([
      ['terraform', 'kube-system', 'ebs-csi-controller-sa', 'eks.amazonaws.com/role-arn = ${aws_iam_role.a.arn}'],
    ]);
    expect(module.typed(module.facts.serviceAccounts[0]?.metadata.annotations[0]?.value)).toBe('aws_iam_role.a.arn');
    const [association] = module.facts.associations;
    expect(association?.addon).toBe('external-dns');
    expect([association?.clusterName, association?.serviceAccount, association?.namespace].map(shown)).toEqual([
      'blue',
      'external-dns',
      undefined,
    ]);
  });

  it('OIDC providers', () => {
    const module = tf(`resource "aws_iam_openid_connect_provider" "a" {
  url            = "https://oidc.eks.eu-west-1.amazonaws.com/id/A1"
  client_id_list = ["sts.amazonaws.com"]
}`);
    expect(
      module.facts.oidcProviders.map(({ url, clientIds, address }) => [shown(url), clientIds.map(shown), address]),
    ).toEqual([
      [
        'https://oidc.eks.eu-west-1.amazonaws.com/id/A1',
        ['sts.amazonaws.com'],
        'tf:infra#aws_iam_openid_connect_provider.a',
      ],
    ]);
  });

  it('launch templates, and which belong to EKS', () => {
    const template = (name: string, more = '') =>
      `resource "aws_launch_template" "${name}" {\n  name = "${name}"\n  ${more}\n  metadata_options {\n    http_tokens                 = "optional"\n    http_put_response_hop_limit = 2\n  }\n}\n`;
    const module = tf(
      [
        template('web'),
        template('nodes'),
        template('workers', 'user_data = base64encode("/etc/eks/bootstrap.sh blue")'),
        'resource "aws_eks_node_group" "n" {\n  launch_template {\n    id = aws_launch_template.nodes.id\n  }\n}\n',
      ].join(''),
    );
    expect(
      module.facts.nodeTemplates.map(({ name, eks, httpTokens, hopLimit }) => [
        shown(name),
        eks,
        httpTokens?.value,
        hopLimit?.value,
      ]),
    ).toEqual([
      ['web', false, 'optional', 2],
      ['nodes', true, 'optional', 2],
      ['workers', true, 'optional', 2],
    ]);
    expect(module.typed(module.facts.nodeTemplates[0]?.httpTokens?.node)).toBe('"optional"');
  });
});

describe('permissions', () => {
  it('inline, by reference, and in documents', () => {
    const module = tf(`resource "aws_iam_role" "a" {
  name                = "a"
  managed_policy_arns = ["arn:aws:iam::aws:policy/One"]
  inline_policy {
    name   = "own"
    policy = jsonencode({ Statement = { Effect = "Allow", Action = "s3:*", Resource = "*" } })
  }
}
resource "aws_iam_role_policy" "b" {
  role   = aws_iam_role.a.id
  policy = data.aws_iam_policy_document.p.json
}
data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::bucket"]
  }
}
resource "aws_iam_policy" "c" {
  policy = <<-EOT
    {"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
  EOT
}
resource "aws_iam_role_policy_attachment" "d" {
  role       = "byname"
  policy_arn = aws_iam_policy.c.arn
}
resource "aws_iam_role_policy_attachment" "e" {
  for_each   = toset(["arn:aws:iam::aws:policy/Two"])
  role       = aws_iam_role.a.name
  policy_arn = each.value
}
resource "aws_iam_policy_attachment" "f" {
  name       = "f"
  roles      = [aws_iam_role.a.name, "other"]
  policy_arn = "arn:aws:iam::aws:policy/Three"
}`);
    const own = { address: 'tf:infra#aws_iam_role.a' };
    expect(
      module.facts.permissionPolicies.map(({ roles, statements }) => [
        roles,
        statements[0]?.actions.map(shown),
        statements[0]?.resources.map(shown),
      ]),
    ).toEqual([
      [[own], ['s3:*'], ['*']],
      [[own], ['s3:GetObject'], ['arn:aws:s3:::bucket']],
      [[{ name: ['byname'] }], ['sqs:*'], ['*']],
    ]);
    expect(module.facts.managedPolicyArns.map(({ arn, roles }) => [shown(arn), roles])).toEqual([
      ['arn:aws:iam::aws:policy/One', [own]],
      ['arn:aws:iam::aws:policy/Two', [own]],
      ['arn:aws:iam::aws:policy/Three', [own, { name: ['other'] }]],
    ]);
    expect(module.facts.trustPolicies).toEqual([]);
  });
});

describe('well-known modules', () => {
  const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/A1';
  const ARN = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
  const irsa = (source: string, inputs: string) => `module "irsa" {
  source = "${source}"
  ${inputs}
  oidc_providers = {
    main = {
      provider_arn               = "${ARN}"
      namespace_service_accounts = ["shop:cart", "\${var.ns}:mail"]
    }
  }
}
resource "kubernetes_service_account" "a" {
  metadata {
    name        = "cart"
    annotations = { "eks.amazonaws.com/role-arn" = module.irsa.iam_role_arn }
  }
}`;

  it.each([
    [
      'terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks',
      'role_name = "cart"\n  assume_role_condition_test = "StringLike"',
    ],
    [
      'terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts',
      'name = "cart"\n  use_name_prefix = false\n  trust_condition_test = "StringLike"',
    ],
    [
      'git::https://github.com/terraform-aws-modules/terraform-aws-iam.git//modules/iam-role-for-service-accounts-eks?ref=v5.0.0',
      'role_name = "cart"\n  assume_role_condition_test = "StringLike"',
    ],
  ])('IRSA: %s', (source, inputs) => {
    const module = tf(irsa(source, inputs));
    expect(summary(module)).toEqual([
      `Allow | Federated ${ARN} | sts:AssumeRoleWithWebIdentity | StringLike ${ISSUER}:sub = system:serviceaccount:shop:cart, system:serviceaccount:\${var.ns}:mail | StringLike ${ISSUER}:aud = sts.amazonaws.com`,
    ]);
    const [role] = module.facts.roles;
    expect(role).toMatchObject({
      source: 'terraform-module',
      address: 'tf:infra#module.irsa',
      account: '111122223333',
    });
    expect(shown(role?.name)).toBe('cart');
    const [condition] = module.facts.trustPolicies[0]!.statements[0]!.conditions;
    expect(module.typed(condition?.operator)).toBe('"StringLike"');
    expect(module.typed(condition?.values[0])).toBe('"shop:cart"');
    expect(module.typed(condition?.key)).toBe(`"${ARN}"`);
    const value = module.facts.serviceAccounts[0]?.metadata.annotations[0]?.value;
    expect(value?.kind === 'string' && value.text).toEqual([
      { expression: 'module.irsa.iam_role_arn', address: 'tf:infra#module.irsa', attribute: 'arn' },
    ]);
  });

  it('the default operator stands at the module’s header', () => {
    const module = tf(irsa('terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts', 'name = "cart"'));
    const [condition] = module.facts.trustPolicies[0]!.statements[0]!.conditions;
    expect([shown(condition?.operator), module.typed(condition?.operator)]).toEqual(['StringEquals', 'module "irsa"']);
    // The name is a prefix only.
    expect(module.facts.roles[0]?.name).toBeUndefined();
  });

  it('an assumable role with OIDC', () => {
    const module = tf(`module "a" {
  source                         = "terraform-aws-modules/iam/aws//modules/iam-assumable-role-with-oidc"
  create_role                    = true
  role_name                      = "cart"
  provider_url                   = replace("https://${ISSUER}", "https://", "")
  oidc_subjects_with_wildcards   = ["system:serviceaccount:*:cart"]
  oidc_fully_qualified_audiences = ["sts.amazonaws.com"]
}`);
    expect(summary(module)).toEqual([
      `Allow | Federated arn:\${data.aws_partition.current.partition}:iam::\${data.aws_caller_identity.current.account_id}:oidc-provider/${ISSUER} | sts:AssumeRoleWithWebIdentity | StringLike ${ISSUER}:sub = system:serviceaccount:*:cart | StringEquals ${ISSUER}:aud = sts.amazonaws.com`,
    ]);
    expect(module.typed(module.facts.trustPolicies[0]?.statements[0]?.conditions[0]?.values[0])).toBe(
      '"system:serviceaccount:*:cart"',
    );
  });

  it('Cloud Posse’s role', () => {
    const module = tf(`module "a" {
  source                      = "cloudposse/eks-iam-role/aws"
  eks_cluster_oidc_issuer_url = "https://${ISSUER}"
  aws_account_number          = "111122223333"
  service_account_name        = "cart"
  service_account_namespace   = "shop"
}`);
    expect(summary(module)[0]).toContain(`StringEquals ${ISSUER}:sub = system:serviceaccount:shop:cart`);
  });

  it('Pod Identity, with conditions and without', () => {
    const module = tf(`module "a" {
  source = "terraform-aws-modules/eks-pod-identity/aws"
  name   = "cart"
  trust_policy_conditions = [{
    test     = "ArnEquals"
    variable = "aws:SourceArn"
    values   = ["arn:aws:eks:eu-west-1:111122223333:podidentityassociation/blue/a-1"]
  }]
  association_defaults = { cluster_name = "blue" }
  associations = {
    one = {
      namespace       = "shop"
      service_account = "cart"
      role_arn        = "ignored"
    }
  }
}
module "b" {
  source = "terraform-aws-modules/eks-pod-identity/aws"
}`);
    expect(summary(module)).toEqual([
      'Allow | Service pods.eks.amazonaws.com | sts:AssumeRole, sts:TagSession | ArnEquals aws:SourceArn = arn:aws:eks:eu-west-1:111122223333:podidentityassociation/blue/a-1',
    ]);
    expect(module.facts.roles.map(({ address, managedTrust }) => [address, managedTrust])).toEqual([
      ['tf:infra#module.a', undefined],
      ['tf:infra#module.b', true],
    ]);
    const [association] = module.facts.associations;
    expect([association?.clusterName, association?.namespace, association?.serviceAccount].map(shown)).toEqual([
      'blue',
      'shop',
      'cart',
    ]);
    expect(association?.roleArn).toBeUndefined();
    expect(association?.role).toEqual({ address: 'tf:infra#module.a' });
  });

  it('the cluster, with add-ons and node groups', () => {
    const module = tf(`module "eks" {
  source       = "terraform-aws-modules/eks/aws"
  cluster_name = "blue"
  cluster_addons = {
    vpc-cni = { service_account_role_arn = "arn:aws:iam::111122223333:role/cni" }
    aws-ebs-csi-driver = {
      pod_identity_association = [{ role_arn = "arn:aws:iam::111122223333:role/ebs", service_account = "ebs-csi-controller-sa" }]
    }
  }
  eks_managed_node_groups = {
    main = { metadata_options = { http_tokens = "optional", http_put_response_hop_limit = 3 } }
  }
}`);
    expect(annotations(module)).toEqual([
      ['terraform', 'kube-system', 'aws-node', 'eks.amazonaws.com/role-arn = arn:aws:iam::111122223333:role/cni'],
    ]);
    expect(module.facts.associations.map(({ addon, clusterName }) => [addon, shown(clusterName)])).toEqual([
      ['aws-ebs-csi-driver', 'blue'],
    ]);
    expect(
      module.facts.nodeTemplates.map(({ kind, name, httpTokens, hopLimit, eks }) => [
        kind,
        shown(name),
        httpTokens?.value,
        hopLimit?.value,
        eks,
      ]),
    ).toEqual([['node-group', 'main', 'optional', 3, true]]);
  });

  it('nothing of modules that nobody knows, or that make nothing', () => {
    const module = tf(`module "a" {
  source    = "./modules/iam-role-for-service-accounts-eks"
  role_name = "cart"
}
module "b" {
  source      = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
  create_role = false
}
module "c" {
  source = "terraform-aws-modules/vpc/aws"
}`);
    expect(module.facts.roles).toEqual([]);
    expect(module.facts.trustPolicies).toEqual([]);
  });
});
