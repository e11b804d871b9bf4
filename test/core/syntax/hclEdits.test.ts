// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes what it puts into a string
import { beforeAll, describe, expect, it } from 'vitest';
import type { Facts, Statement } from '../../../src/core/facts/model.js';
import { readTerraformFiles } from '../../../src/core/facts/terraform/read.js';
import {
  addBlock,
  addProperty,
  appendItem,
  applyEdits,
  type Edit,
  fillProperty,
  removeItem,
  removeProperty,
  renameKey,
  replacePart,
  replaceString,
  replaceValue,
  setAt,
} from '../../../src/core/syntax/edits.js';
import {
  type ArrayNode,
  get,
  type ObjectNode,
  type Property,
  property,
  type StringNode,
} from '../../../src/core/syntax/tree.js';
import { loadHclForTests, parse } from './hclFixture.js';

beforeAll(loadHclForTests);

function factsOf(text: string, file = 'main.tf'): Facts {
  return readTerraformFiles([{ file, text }], { directory: '' });
}

/** The text after a change of it. */
function changed(text: string, change: (facts: Facts) => Edit | undefined, file?: string): string {
  const edit = change(factsOf(text, file));
  return edit ? applyEdits(text, [edit]) : text;
}

const statement = (facts: Facts): Statement => facts.trustPolicies[0]!.statements[0]!;

const DOCUMENT = `data "aws_iam_policy_document" "trust" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = ["111122223333"]
    }
  }
}
`;

const ENCODED = `resource "aws_iam_role" "a" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "pods.eks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = "111122223333" }
        }
      }
    ]
  })
}
`;

describe('blocks', () => {
  it('adds one behind the last of its kind, aligned', () => {
    const added = changed(DOCUMENT, (facts) =>
      addBlock(statement(facts).node, 'condition', {
        test: 'StringEquals',
        variable: 'a:aud',
        values: ['sts.amazonaws.com'],
      }),
    );
    expect(added).toBe(
      DOCUMENT.replace(
        `      values   = ["111122223333"]
    }
`,
        `      values   = ["111122223333"]
    }
    condition {
      test     = "StringEquals"
      variable = "a:aud"
      values   = ["sts.amazonaws.com"]
    }
`,
      ),
    );
    expect(statement(factsOf(added)).conditions).toHaveLength(2);
  });

  it('adds the first one before the closing brace, with CRLF', () => {
    const without = DOCUMENT.replace(/ {4}condition \{[^}]*\}\n/, '').replaceAll('\n', '\r\n');
    const added = changed(without, (facts) =>
      addBlock(statement(facts).node, 'condition', { test: 'Null', values: ['true'] }),
    );
    expect(added).toContain(
      '    }\r\n    condition {\r\n      test   = "Null"\r\n      values = ["true"]\r\n    }\r\n  }\r\n',
    );
    expect(added.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('keeps interpolations and escapes what is IAM’s own', () => {
    const values = ['${var.issuer}:sub', '${aws:username}', 'a"b'];
    const added = changed(DOCUMENT, (facts) => addBlock(statement(facts).node, 'condition', { values }));
    expect(added).toContain('values = ["${var.issuer}:sub", "$${aws:username}", "a\\"b"]');
  });

  it('removes a whole block with its line', () => {
    const removed = changed(DOCUMENT, (facts) => {
      const { node } = statement(facts);
      return removeProperty(node, property(node, 'condition')!);
    });
    expect(removed).toBe(DOCUMENT.replace(/ {4}condition \{[^}]*\}\n/, ''));
  });
});

describe('attributes', () => {
  it('adds one behind the others, with their alignment', () => {
    expect(changed(DOCUMENT, (facts) => addProperty(statement(facts).node, 'sid', 'x'))).toContain(
      '    actions = ["sts:AssumeRole"]\n    sid     = "x"\n    principals {',
    );
  });

  it('removes one with its line', () => {
    const removed = changed(DOCUMENT, (facts) =>
      removeProperty(statement(facts).node, property(statement(facts).node, 'effect')!),
    );
    expect(removed).toBe(DOCUMENT.replace('    effect  = "Allow"\n', ''));
  });

  it('unfolds a block of one line', () => {
    const text = 'resource "kubernetes_service_account" "a" {\n  metadata { name = "a" }\n}\n';
    const added = changed(text, (facts) =>
      setAt(
        facts.serviceAccounts[0]!.node,
        ['metadata', 'annotations', 'eks.amazonaws.com/role-arn'],
        'arn:aws:iam::111122223333:role/a',
      ),
    );
    expect(added).toBe(
      `resource "kubernetes_service_account" "a" {
  metadata {
    name = "a"
    annotations = {
      "eks.amazonaws.com/role-arn" = "arn:aws:iam::111122223333:role/a"
    }
  }
}
`,
    );
    expect(factsOf(added).serviceAccounts[0]?.metadata.annotations[0]?.key.raw).toBe('eks.amazonaws.com/role-arn');
  });

  it('writes Kubernetes’ names as Terraform does', () => {
    const text = `resource "kubernetes_deployment" "a" {
  spec {
    template {
      spec {
        container {
          name = "a"
        }
      }
    }
  }
}
`;
    const added = changed(text, (facts) => addProperty(facts.workloads[0]!.podSpec!, 'serviceAccountName', 'api'));
    expect(added).toContain('      spec {\n        service_account_name = "api"\n        container {');
    expect(factsOf(added).workloads[0]?.serviceAccountName?.raw).toBe('api');
  });

  it('gives a missing value', () => {
    const text = 'resource "aws_eks_pod_identity_association" "a" {\n  namespace =\n  service_account = "b"\n}\n';
    const filled = changed(text, (facts) => {
      const { node } = facts.associations[0]!;
      return fillProperty(node, property(node, 'namespace')!, 'shop');
    });
    expect(filled).toContain('  namespace = "shop"\n  service_account = "b"');
  });
});

describe('objects', () => {
  const conditions = (facts: Facts) => get(statement(facts).node, 'Condition') as ObjectNode;

  it('adds a member on a line of its own, or in the line', () => {
    expect(changed(ENCODED, (facts) => addProperty(conditions(facts), 'StringLike', { 'a:sub': 'x' }))).toContain(
      `          StringEquals = { "aws:SourceAccount" = "111122223333" }
          StringLike = {
            "a:sub" = "x"
          }
`,
    );
    expect(
      changed(ENCODED, (facts) =>
        addProperty(get(conditions(facts), 'StringEquals') as ObjectNode, 'aws:SourceArn', 'b'),
      ),
    ).toContain('{ "aws:SourceAccount" = "111122223333", "aws:SourceArn" = "b" }');
  });

  it('keeps the commas and colons of an object that has them', () => {
    const text =
      'resource "aws_iam_role" "a" {\n  assume_role_policy = jsonencode({\n    "Statement": [{\n      "Effect": "Allow",\n      "Action": "sts:AssumeRole",\n    }]\n  })\n}\n';
    expect(changed(text, (facts) => addProperty(statement(facts).node, 'Sid', 'x'))).toContain(
      '      "Action": "sts:AssumeRole",\n      "Sid": "x",\n    }]',
    );
    expect(
      changed(text, (facts) => removeProperty(statement(facts).node, property(statement(facts).node, 'Effect')!)),
    ).toContain('[{\n      "Action": "sts:AssumeRole",\n    }]');
  });

  it('renames a key, quoting what is no identifier', () => {
    const rename = (name: string) =>
      changed(ENCODED, (facts) => renameKey(statement(facts).conditions[0]!.operatorProperty!, name));
    expect(rename('StringLike')).toContain('StringLike = { "aws:SourceAccount"');
    expect(rename('ForAnyValue:StringLike')).toContain('"ForAnyValue:StringLike" = { "aws:SourceAccount"');
  });

  it('removes a member in a line', () => {
    const text = ENCODED.replace('= "111122223333" }', '= "111122223333", "aws:SourceArn" = "b" }');
    const remove = (key: string) =>
      changed(text, (facts) => {
        const object = get(conditions(facts), 'StringEquals') as ObjectNode;
        return removeProperty(object, property(object, key)!);
      });
    expect(remove('aws:SourceAccount')).toContain('{ "aws:SourceArn" = "b" }');
    expect(remove('aws:SourceArn')).toContain('{ "aws:SourceAccount" = "111122223333" }');
  });

  it('removes what is typed at the member, not what it refers to', () => {
    const text = `locals {
  subject = "system:serviceaccount:a:b"
}
${ENCODED.replace('"111122223333" }', '"111122223333"\n          "x:sub" = local.subject }')}`;
    const removed = changed(text, (facts) => {
      const object = get(conditions(facts), 'StringEquals') as ObjectNode;
      return removeProperty(object, property(object, 'x:sub')!);
    });
    expect(removed).toContain('subject = "system:serviceaccount:a:b"');
    expect(removed).not.toContain('local.subject');
    expect(factsOf(removed).trustPolicies[0]?.statements[0]?.conditions).toHaveLength(1);
  });
});

describe('lists and strings', () => {
  const action = (facts: Facts) => statement(facts).actionElement!;

  it('appends an item', () => {
    expect(changed(DOCUMENT, (facts) => appendItem(action(facts).value!, 'sts:TagSession'))).toContain(
      'actions = ["sts:AssumeRole", "sts:TagSession"]',
    );
    expect(changed(ENCODED, (facts) => appendItem(action(facts).value!, 'sts:TagSession'))).toContain(
      'Action    = ["sts:AssumeRole", "sts:TagSession"]',
    );
  });

  it('appends to a list over several lines, with and without a last comma', () => {
    for (const comma of ['', ',']) {
      const text = DOCUMENT.replace('["sts:AssumeRole"]', `[\n      "sts:AssumeRole"${comma}\n    ]`);
      expect(changed(text, (facts) => appendItem(action(facts).value!, 'sts:TagSession'))).toContain(
        `[\n      "sts:AssumeRole",\n      "sts:TagSession"${comma}\n    ]`,
      );
    }
  });

  it('appends to what yields a list', () => {
    const text = DOCUMENT.replace('["sts:AssumeRole"]', 'concat(["sts:AssumeRole"], var.more)');
    expect(changed(text, (facts) => appendItem(action(facts).value!, 'x'))).toContain(
      'concat(["sts:AssumeRole"], var.more, ["x"])',
    );
    const each = DOCUMENT.replace('["sts:AssumeRole"]', '[for a in ["AssumeRole"] : "sts:${a}"]');
    expect(changed(each, (facts) => appendItem(action(facts).value!, 'x'))).toContain(
      'concat([for a in ["AssumeRole"] : "sts:${a}"], ["x"])',
    );
  });

  it('appends where the list is typed', () => {
    const text = `locals {\n  actions = ["sts:AssumeRole"]\n}\n${DOCUMENT.replace('["sts:AssumeRole"]', 'local.actions')}`;
    expect(changed(text, (facts) => appendItem(action(facts).value!, 'x'))).toContain(
      'actions = ["sts:AssumeRole", "x"]',
    );
  });

  it('removes an item, also one that refers to something', () => {
    const text = `locals {\n  tag = "sts:TagSession"\n}\n${DOCUMENT.replace('["sts:AssumeRole"]', '["sts:AssumeRole", local.tag]')}`;
    const remove = (index: number) =>
      changed(text, (facts) => {
        const list = action(facts).value as ArrayNode;
        return removeItem(list, list.items[index]!);
      });
    expect(remove(0)).toContain('actions = [local.tag]');
    expect(remove(1)).toContain('actions = ["sts:AssumeRole"]');
    expect(remove(1)).toContain('tag = "sts:TagSession"');
  });

  it('replaces a string in its quotes', () => {
    expect(
      changed(DOCUMENT, (facts) => replaceString(statement(facts).conditions[0]!.operator, 'StringLike')),
    ).toContain('test     = "StringLike"');
    expect(
      changed(DOCUMENT, (facts) => replaceValue(get(statement(facts).conditions[0]!.block, 'values')!, ['a', 'b'])),
    ).toContain('values   = ["a", "b"]');
  });

  it('replaces a part and leaves the interpolation beside it', () => {
    const text = DOCUMENT.replace('"aws:SourceAccount"', '"${module.eks.oidc_provider}:subject"');
    const replaced = changed(text, (facts) => {
      const { key } = statement(facts).conditions[0]!;
      const from = key.raw.lastIndexOf(':') + 1;
      return replacePart(key, from, key.raw.length, 'sub');
    });
    expect(replaced).toContain('"${module.eks.oidc_provider}:sub"');
  });

  it('leaves out what a module puts in front', () => {
    const text = MODULE;
    const value = (facts: Facts) => statement(facts).conditions[0]!.values[0] as StringNode;
    expect(changed(text, (facts) => replaceString(value(facts), 'system:serviceaccount:shop:cart'))).toContain(
      '["shop:cart"]',
    );
  });

  it('gives the argument where a module’s default is to be another', () => {
    const written = changed(MODULE, (facts) => replaceString(statement(facts).conditions[0]!.operator, 'StringLike'));
    expect(written).toContain('\n  assume_role_condition_test = "StringLike"\n');
    expect(statement(factsOf(written)).conditions[0]?.operator.raw).toBe('StringLike');
  });

  it('changes nothing where a value is the tool’s own', () => {
    expect(changed(MODULE, (facts) => replaceString(statement(facts).actions[0]!, 'x'))).toBe(MODULE);
  });
});

const MODULE = `module "irsa" {
  source    = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
  role_name = "x"
  oidc_providers = {
    main = {
      provider_arn               = module.eks.oidc_provider_arn
      namespace_service_accounts = ["shop:*"]
    }
  }
}
`;

describe('documents inside of strings', () => {
  it('edits JSON in a heredoc, with its indentation', () => {
    const text = `resource "aws_iam_role" "a" {
  assume_role_policy = <<-EOT
    {
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "Federated": "\${module.eks.oidc_provider_arn}" },
          "Action": "sts:AssumeRoleWithWebIdentity"
        }
      ]
    }
  EOT
}
`;
    const added = changed(text, (facts) =>
      addProperty(statement(facts).node, 'Condition', { StringEquals: { 'a:aud': 'b' } }),
    );
    expect(added).toContain(`          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "a:aud": "b"
            }
          }
        }
`);
    expect(statement(factsOf(added)).conditions[0]?.key.raw).toBe('a:aud');
  });

  it('edits JSON in a string of the JSON syntax', () => {
    const text =
      '{"resource":{"aws_iam_role":{"a":{"assume_role_policy":"{\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Action\\":\\"sts:AssumeRole\\"}]}"}}}}';
    const added = changed(
      text,
      (facts) => appendItem(statement(facts).actionElement!.value!, 'sts:TagSession'),
      'main.tf.json',
    );
    expect(added).toContain('\\"Action\\":[\\"sts:AssumeRole\\", \\"sts:TagSession\\"]');
    expect(statement(factsOf(added, 'main.tf.json')).actions.map(({ raw }) => raw)).toEqual([
      'sts:AssumeRole',
      'sts:TagSession',
    ]);
  });

  it('adds a block in the JSON syntax', () => {
    const text = JSON.stringify({
      data: {
        aws_iam_policy_document: {
          t: {
            statement: [
              {
                actions: ['sts:AssumeRole'],
                principals: [{ type: 'Service', identifiers: ['pods.eks.amazonaws.com'] }],
              },
            ],
          },
        },
      },
    });
    const added = changed(
      text,
      (facts) => addBlock(statement(facts).node, 'condition', { test: 'StringEquals', variable: 'k', values: ['v'] }),
      'a.tf.json',
    );
    expect(statement(factsOf(added, 'a.tf.json')).conditions.map(({ key }) => key.raw)).toEqual(['k']);
  });
});

it('leaves every text that it changes readable', () => {
  const removed: Property[] = [];
  for (const text of [DOCUMENT, ENCODED, MODULE]) {
    const facts = factsOf(text);
    const { node } = facts.trustPolicies[0]!;
    for (const member of node.properties) {
      removed.push(member);
      expect(parse(applyEdits(text, [removeProperty(node, member)])).broken).toBeUndefined();
    }
  }
  expect(removed.length).toBeGreaterThan(3);
});
