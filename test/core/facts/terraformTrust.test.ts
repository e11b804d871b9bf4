// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes what it puts into a string
import { beforeAll, describe, expect, it } from 'vitest';
import { loadHclForTests } from '../syntax/hclFixture.js';
import { Module, shown, summary, tf } from './terraformFixture.js';

beforeAll(loadHclForTests);

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/A1';
const ARN = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;

const jsonPolicy = (subject: string, provider = ARN, issuer = ISSUER) =>
  `{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "${provider}"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"${issuer}:sub": "${subject}"}}}]}`;

const EXPECTED = [
  `Allow | Federated ${ARN} | sts:AssumeRoleWithWebIdentity | StringEquals ${ISSUER}:sub = system:serviceaccount:shop:cart`,
];

describe('where a trust policy is written', () => {
  it('jsonencode, with the value’s exact place', () => {
    const module = tf(`resource "aws_iam_role" "a" {
  name = "a"
  path = "/eks/"
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "${ARN}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "${ISSUER}:sub" = "system:serviceaccount:shop:cart" } }
    }]
  })
}`);
    expect(summary(module)).toEqual(EXPECTED);
    const [condition] = module.facts.trustPolicies[0]!.statements[0]!.conditions;
    expect(module.typed(condition?.operator)).toBe('StringEquals');
    expect(module.typed(condition?.key)).toBe(`"${ISSUER}:sub"`);
    expect(module.typed(condition?.values[0])).toBe('"system:serviceaccount:shop:cart"');
    const [role] = module.facts.roles;
    expect(role).toMatchObject({ source: 'terraform', address: 'tf:infra#aws_iam_role.a', account: '111122223333' });
    expect([shown(role?.name), shown(role?.path)]).toEqual(['a', '/eks/']);
    expect(role?.trustPolicy).toBe(module.facts.trustPolicies[0]);
    expect(module.facts.trustPolicies[0]?.role).toBe(role);
  });

  it.each([
    ['indented', '<<-EOT', '    '],
    ['plain', '<<EOT', ''],
  ])('a heredoc, %s', (_, opening, indent) => {
    const module = tf(
      `resource "aws_iam_role" "a" {\n  assume_role_policy = ${opening}\n${indent}${jsonPolicy('system:serviceaccount:shop:cart')}\n${indent}EOT\n}\n`,
    );
    expect(summary(module)).toEqual(EXPECTED);
    expect(module.typed(module.facts.trustPolicies[0]?.statements[0]?.conditions[0]?.values[0])).toBe(
      '"system:serviceaccount:shop:cart"',
    );
  });

  it('a heredoc with interpolations, known and unknown', () => {
    const module = tf(`locals { ns = "shop" }
resource "aws_iam_role" "a" {
  assume_role_policy = <<-EOT
    ${jsonPolicy('system:serviceaccount:${local.ns}:*', '${module.eks.oidc_provider_arn}', '${module.eks.oidc_provider}')}
  EOT
}
`);
    expect(summary(module)).toEqual([
      'Allow | Federated ${module.eks.oidc_provider_arn} | sts:AssumeRoleWithWebIdentity | StringEquals ${module.eks.oidc_provider}:sub = system:serviceaccount:shop:*',
    ]);
    const [statement] = module.facts.trustPolicies[0]!.statements;
    expect(module.typed(statement?.principals[0]?.value)).toBe('"${module.eks.oidc_provider_arn}"');
    expect(module.typed(statement?.conditions[0]?.key)).toBe('"${module.eks.oidc_provider}:sub"');
    expect(module.typed(statement?.conditions[0]?.values[0])).toBe('"system:serviceaccount:${local.ns}:*"');
    expect(statement?.principals[0]?.value.text).toEqual([
      { expression: 'module.eks.oidc_provider_arn', address: 'tf:infra#module.eks', attribute: 'oidc_provider_arn' },
    ]);
  });

  it('a value of its own in a heredoc that nobody knows', () => {
    const module = tf(`resource "aws_iam_role" "a" {
  assume_role_policy = <<EOT
{"Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": \${jsonencode(var.actions)}}]}
EOT
}
`);
    expect(summary(module)).toEqual(['Allow | Service pods.eks.amazonaws.com | ${jsonencode(var.actions)} | open']);
  });

  it('file() and templatefile(), where the finding stands in that file', () => {
    const module = new Module({
      'infra/main.tf': `resource "aws_iam_role" "a" {
  assume_role_policy = file("\${path.module}/../policies/trust.json")
}
resource "aws_iam_role" "b" {
  assume_role_policy = templatefile("trust.tftpl", { ns = "shop", provider = "${ARN}" })
}
resource "aws_iam_role" "c" {
  assume_role_policy = file("missing.json")
}`,
      'policies/trust.json': jsonPolicy('system:serviceaccount:shop:cart'),
      'infra/trust.tftpl': jsonPolicy('system:serviceaccount:${ns}:cart', '${provider}'),
    });
    expect(summary(module)).toEqual([...EXPECTED, ...EXPECTED]);
    const values = module.facts.trustPolicies.map(({ statements }) => statements[0]!.conditions[0]!.values[0]!);
    expect(values.map((value) => module.file(value))).toEqual(['policies/trust.json', 'infra/trust.tftpl']);
    expect(values.map((value) => module.typed(value))).toEqual([
      '"system:serviceaccount:shop:cart"',
      '"system:serviceaccount:${ns}:cart"',
    ]);
    expect(module.facts.roles[2]?.trustPolicy).toBeUndefined();
  });

  it('locals, and once for two roles', () => {
    const module =
      tf(`locals { trust = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Federated = "${ARN}" }, Action = "sts:AssumeRoleWithWebIdentity", Condition = { StringEquals = { "${ISSUER}:sub" = "system:serviceaccount:shop:cart" } } }] }) }
resource "aws_iam_role" "a" { assume_role_policy = local.trust }
resource "aws_iam_role" "b" { assume_role_policy = local.trust }`);
    expect(summary(module)).toEqual(EXPECTED);
    expect(module.facts.roles.map(({ trustPolicy }) => trustPolicy === module.facts.trustPolicies[0])).toEqual([
      true,
      true,
    ]);
  });

  it('the JSON syntax, as a string and as a document', () => {
    const module = new Module({
      'infra/a.tf.json': JSON.stringify({
        locals: { ns: 'shop' },
        resource: {
          aws_iam_role: {
            a: { name: 'a', assume_role_policy: jsonPolicy('system:serviceaccount:${local.ns}:cart') },
            b: [{ name: 'b', assume_role_policy: '${data.aws_iam_policy_document.t.json}' }],
          },
        },
        data: {
          aws_iam_policy_document: {
            t: {
              statement: {
                actions: ['sts:AssumeRoleWithWebIdentity'],
                principals: { type: 'Federated', identifiers: [ARN] },
                condition: [
                  {
                    test: 'StringEquals',
                    variable: `${ISSUER}:sub`,
                    values: ['system:serviceaccount:${local.ns}:cart'],
                  },
                ],
              },
            },
          },
        },
      }),
    });
    expect(summary(module)).toEqual([...EXPECTED, ...EXPECTED]);
    const [inString, inBlock] = module.facts.trustPolicies.map(
      ({ statements }) => statements[0]!.conditions[0]!.values[0],
    );
    expect(module.typed(inString)).toBe('\\"system:serviceaccount:${local.ns}:cart\\"');
    expect(module.typed(inBlock)).toBe('"system:serviceaccount:${local.ns}:cart"');
    expect(module.facts.trustPolicies[1]?.statements[0]?.grammar).toBe('terraform-block');
  });

  it('nothing where the policy is unknown', () => {
    const module = tf('resource "aws_iam_role" "a" {\n  assume_role_policy = var.trust\n}\n');
    expect(module.facts.trustPolicies).toEqual([]);
    expect(module.facts.roles).toHaveLength(1);
  });

  it('nothing of a role that is not made', () => {
    expect(tf('resource "aws_iam_role" "a" {\n  count = 0\n  name = "a"\n}\n').facts.roles).toEqual([]);
  });
});

describe('aws_iam_policy_document', () => {
  const role = 'resource "aws_iam_role" "a" {\n  assume_role_policy = data.aws_iam_policy_document.t.json\n}\n';

  it('repeated conditions, the default effect, IAM’s own variables', () => {
    const module = tf(`data "aws_iam_policy_document" "t" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = ["111122223333"]
    }
    condition {
      test     = "StringLike"
      variable = "aws:SourceOrgId"
      values   = ["&{aws:ResourceOrgId}", "$\${aws:ResourceOrgId}"]
    }
    resources = ["*"]
  }
}
${role}`);
    expect(summary(module)).toEqual([
      'Allow | Service pods.eks.amazonaws.com | sts:AssumeRole, sts:TagSession | StringEquals aws:SourceAccount = 111122223333 | StringLike aws:SourceOrgId = ${aws:ResourceOrgId}, ${aws:ResourceOrgId}',
    ]);
    const [statement] = module.facts.trustPolicies[0]!.statements;
    expect(statement).toMatchObject({ grammar: 'terraform-block', effectValue: 'Allow' });
    expect(statement?.effect).toBeUndefined();
    expect(statement?.resourceElements.map(({ key }) => key.raw)).toEqual(['resources']);
    expect(module.typed(statement?.conditions[1]?.block)).toMatch(/^condition \{[^}]*SourceOrgId/);
    expect(module.typed(statement?.actionElement?.key)).toBe('actions');
  });

  it('dynamic blocks over what is known', () => {
    const module = tf(`data "aws_iam_policy_document" "t" {
  dynamic "statement" {
    for_each = { "${ARN}" = ["shop:cart", "shop:mail"] }
    iterator = provider
    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]
      principals {
        type        = "Federated"
        identifiers = [provider.key]
      }
      condition {
        test     = "StringEquals"
        variable = "\${replace(provider.key, "/^(.*provider/)/", "")}:sub"
        values   = [for account in provider.value : "system:serviceaccount:\${account}"]
      }
    }
  }
}
${role}`);
    expect(summary(module)).toEqual([
      `Allow | Federated ${ARN} | sts:AssumeRoleWithWebIdentity | StringEquals ${ISSUER}:sub = system:serviceaccount:shop:cart, system:serviceaccount:shop:mail`,
    ]);
    expect(module.file(module.facts.trustPolicies[0]!.statements[0]!.principals[0]!.value)).toBe('infra/main.tf');
  });

  it('dynamic blocks over what is not: something of each kind, and the statement is open', () => {
    const module = tf(`data "aws_iam_policy_document" "t" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    dynamic "condition" {
      for_each = var.subjects
      content {
        test     = "StringLike"
        variable = "\${var.issuer}:sub"
        values   = ["system:serviceaccount:*:\${condition.value}"]
      }
    }
  }
}
${role}`);
    expect(summary(module)).toEqual([
      'Allow | sts:AssumeRoleWithWebIdentity | StringLike ${var.issuer}:sub = system:serviceaccount:*:${condition.value} | open',
    ]);
  });

  it('documents that it takes in and that it overrides', () => {
    const statement = (sid: string, action: string) =>
      `statement {\n    sid = "${sid}"\n    actions = ["${action}"]\n    principals {\n      type = "Service"\n      identifiers = ["pods.eks.amazonaws.com"]\n    }\n  }`;
    const module = tf(`data "aws_iam_policy_document" "t" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [jsonencode({ Statement = [{ Sid = "own", Effect = "Deny", Principal = "*", Action = "sts:*" }] })]
  ${statement('own', 'sts:TagSession')}
}
data "aws_iam_policy_document" "base" {
  ${statement('base', 'sts:AssumeRole')}
}
${role}`);
    expect(summary(module)).toEqual(['Allow | Service pods.eks.amazonaws.com | sts:AssumeRole', 'Deny | * * | sts:*']);
    expect(module.facts.trustPolicies[0]?.statements.map(({ index }) => index)).toEqual([0, 1]);
    const unknown = tf(
      `data "aws_iam_policy_document" "t" {\n  source_policy_documents = [var.base]\n  ${statement('own', 'sts:AssumeRole')}\n}\n${role}`,
    );
    expect(unknown.facts.trustPolicies[0]?.open).toBe(true);
  });

  it('is read once though no role uses it, if it trusts', () => {
    const module = tf(`data "aws_iam_policy_document" "trusts" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["${ARN}"]
    }
  }
}
data "aws_iam_policy_document" "permits" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = ["*"]
  }
}`);
    expect(summary(module)).toEqual([`Allow | Federated ${ARN} | sts:AssumeRoleWithWebIdentity`]);
    expect(module.facts.trustPolicies[0]?.role).toBeUndefined();
  });

  it('is open while an element is typed', () => {
    const module = tf(`data "aws_iam_policy_document" "t" {
  statement {
    actions =
    principals {
      type        = "Federated"
      identifiers = ["${ARN}"]
    }
  }
}
${role}`);
    expect(summary(module)).toEqual([`Allow | Federated ${ARN} |  | open`]);
    expect(module.facts.trustPolicies[0]?.statements[0]?.actionElement?.key.raw).toBe('actions');
  });
});

describe('values', () => {
  /** The one value of a role's name, which may be anything. */
  const value = (expression: string, rest = '') =>
    shown(tf(`resource "aws_iam_role" "a" {\n  name = ${expression}\n}\n${rest}`).facts.roles[0]?.name);

  it.each([
    ['"a-${local.x}"', 'locals { x = "b" }', 'a-b'],
    ['var.x', 'variable "x" { default = "b" }', 'b'],
    ['var.x', 'variable "x" { type = string }', '${var.x}'],
    ['var.x', 'variable "x" { default = "" }', '${var.x}'],
    ['var.x', 'variable "x" { default = null }', '${var.x}'],
    ['"${var.x.y["z"]}"', 'variable "x" {\n default = { y = { z = "b" } }\n}', 'b'],
    ['local.x[1]', 'locals { x = ["a", "b"] }', 'b'],
    ['local.x["k"].y', 'locals { x = { k = { y = "b" } } }', 'b'],
    ['format("%s-%d%%", local.x, 3)', 'locals { x = "b" }', 'b-3%'],
    ['join("-", ["a", local.x])', 'locals { x = "b" }', 'a-b'],
    ['lower("ABC")', '', 'abc'],
    ['trimprefix("https://x", "https://")', '', 'x'],
    ['replace("https://x/y", "https://", "")', '', 'x/y'],
    ['element(split("/", "a/b"), 1)', '', 'b'],
    ['lookup({ a = "b" }, "a", "c")', '', 'b'],
    ['lookup({ a = "b" }, "x", "c")', '', 'c'],
    ['merge({ a = "1" }, { a = "2" }).a', '', '2'],
    ['concat(["a"], ["b"])[1]', '', 'b'],
    ['flatten([["a"], ["b"]])[1]', '', 'b'],
    ['[for k, v in { a = "b" } : "${k}${v}"][0]', '', 'ab'],
    ['{ for v in ["a"] : v => "x-${v}" }["a"]', '', 'x-a'],
    ['[for v in ["a", "b"] : v if v != "a"][0]', '', 'b'],
    ['var.c ? "a" : "a"', '', 'a'],
    ['var.c ? "a" : "b"', '', '${var.c ? "a" : "b"}'],
    ['coalesce("a", var.c)', '', 'a'],
    ['coalesce(var.c, "a")', '', '${coalesce(var.c, "a")}'],
    ['try("a", "b")', '', 'a'],
    ['"a\\"b\\u0041\\n"', '', 'a"bA\n'],
    ['"$${x}%%{y}"', '', '${x}%{y}'],
    ['jsondecode("{\\"a\\": \\"b\\"}").a', '', 'b'],
    [
      'kubernetes_namespace.n.metadata[0].name',
      'resource "kubernetes_namespace" "n" {\n metadata {\n name = "shop"\n }\n}',
      'shop',
    ],
    [
      'kubernetes_namespace.n.metadata.0.name',
      'resource "kubernetes_namespace" "n" {\n metadata {\n name = "shop"\n }\n}',
      'shop',
    ],
    ['unknown_function("a")', '', '${unknown_function("a")}'],
    ['local.a', 'locals {\n a = local.b\n b = local.a\n}', '${local.b}'],
  ])('%s', (expression, rest, expected) => {
    expect(value(expression, rest)).toBe(expected);
  });

  it('is the node of the place where it was typed', () => {
    const module = new Module({
      'infra/main.tf': 'resource "aws_iam_role" "a" {\n  name = local.name\n}\n',
      'infra/locals.tf': 'locals {\n  name = "shop"\n}\n',
    });
    const { name } = module.facts.roles[0]!;
    expect(module.file(name!)).toBe('infra/locals.tf');
    expect(module.typed(name)).toBe('"shop"');
  });

  it('knows what a reference points at', () => {
    const text = (expression: string) =>
      tf(`resource "aws_eks_pod_identity_association" "a" {\n  role_arn = ${expression}\n}\n`).facts.associations[0]
        ?.roleArn?.text;
    expect(text('aws_iam_role.x.arn')).toEqual([
      { expression: 'aws_iam_role.x.arn', address: 'tf:infra#aws_iam_role.x', attribute: 'arn' },
    ]);
    expect(text('"${data.aws_iam_role.x.arn}"')).toEqual([
      { expression: 'data.aws_iam_role.x.arn', address: 'tf:infra#data.aws_iam_role.x', attribute: 'arn' },
    ]);
    expect(text('module.irsa.iam_role_arn')).toEqual([
      { expression: 'module.irsa.iam_role_arn', address: 'tf:infra#module.irsa', attribute: 'arn' },
    ]);
    expect(text('replace(aws_eks_cluster.x.identity[0].oidc[0].issuer, "https://", "")')).toEqual([
      {
        expression: 'replace(aws_eks_cluster.x.identity[0].oidc[0].issuer, "https://", "")',
        address: 'tf:infra#aws_eks_cluster.x',
        attribute: 'identity.oidc.issuer',
      },
    ]);
  });

  it('makes one item of each element of a known for_each', () => {
    const module = tf(`resource "aws_iam_role" "a" {
  for_each = { cart = "shop", mail = "post" }
  name     = "\${each.key}-\${each.value}"
}
resource "aws_iam_role" "b" {
  for_each = var.unknown
  name     = "x-\${each.key}"
}
resource "aws_eks_pod_identity_association" "c" {
  for_each = toset(["cart"])
  role_arn = aws_iam_role.a[each.key].arn
}`);
    expect(module.facts.roles.map(({ address, name }) => [address, shown(name)])).toEqual([
      ['tf:infra#aws_iam_role.a["cart"]', 'cart-shop'],
      ['tf:infra#aws_iam_role.a["mail"]', 'mail-post'],
      ['tf:infra#aws_iam_role.b', 'x-${each.key}'],
    ]);
    expect(module.facts.associations[0]?.roleArn?.text).toEqual([
      { expression: 'aws_iam_role.a[each.key].arn', address: 'tf:infra#aws_iam_role.a["cart"]', attribute: 'arn' },
    ]);
  });

  it('ends where references multiply without end', () => {
    const lines = Array.from(
      { length: 40 },
      (_, i) => `  l${i} = [local.l${i + 1}, local.l${i + 1}, "\${local.l${i + 1}}"]`,
    );
    const module = tf(
      `locals {\n${lines.join('\n')}\n  l40 = ["x"]\n}\nresource "aws_iam_role" "a" {\n  name = flatten(local.l0)[0]\n}\n`,
    );
    expect(module.facts.roles).toHaveLength(1);
  });
});
