// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Terraform
import { trustMissingAudience } from '../../../src/core/rules/trustMissingAudience.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, irsa, PROVIDER, pods, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

const subject = { StringEquals: { [SUB]: SUBJECT } };

/** A statement in a heredoc; the expression has quotes of its own. */
const heredoc = (provider: string, ...lines: string[]) =>
  [
    'resource "aws_iam_role" "crane" {',
    '  assume_role_policy = <<EOF',
    '{',
    '  "Version": "2012-10-17",',
    '  "Statement": [{',
    '    "Effect": "Allow",',
    `    "Principal": { "Federated": ${provider} },`,
    '    "Action": "sts:AssumeRoleWithWebIdentity",',
    '    "Condition": {',
    '      "StringEquals": {',
    ...lines,
    '      }',
    '    }',
    '  }]',
    '}',
    'EOF',
    '}',
    '',
  ].join('\n');
const heredocSubject =
  '        "${replace(aws_iam_openid_connect_provider.eks.url, "https://", "")}:sub": "system:serviceaccount:quay:crane"';
const heredocAudience =
  '        "${replace(aws_iam_openid_connect_provider.eks.url, "https://", "")}:aud": "sts.amazonaws.com"';

ruleTest(trustMissingAudience, {
  silent: {
    'both claims': text(irsa()),
    'a wrong audience': text(irsa({ Condition: { StringEquals: { [SUB]: SUBJECT, [AUD]: 'sts.amazon.com' } } })),
    'an optional audience': text(
      irsa({ Condition: { StringEquals: { [SUB]: SUBJECT }, StringEqualsIfExists: { [AUD]: STS } } }),
    ),
    'a literal star': text(irsa({ Condition: { StringEquals: { [SUB]: SUBJECT, [AUD]: '*' } } })),
    'Pod Identity': text(pods()),
  },
  fires: {
    'the subject alone': {
      files: text(irsa({ Principal: { Federated: `«${PROVIDER}»` }, Condition: subject })),
      severity: 'warning',
      message: `No condition on '${AUD}': a token for any audience that the provider accepts opens this role. It should be 'sts.amazonaws.com'.`,
      becomes: text(irsa()),
    },
    'beside a pattern': {
      files: text(
        irsa({
          Principal: { Federated: `«${PROVIDER}»` },
          Condition: { StringLike: { [SUB]: 'system:serviceaccount:shop:*' } },
        }),
      ),
      becomes: text(
        irsa({ Condition: { StringLike: { [SUB]: 'system:serviceaccount:shop:*' }, StringEquals: { [AUD]: STS } } }),
      ),
    },
    'named as the other key names it': {
      files: {
        'main.tf':
          'data "aws_iam_policy_document" "trust" {\n  statement {\n    actions = ["sts:AssumeRoleWithWebIdentity"]\n    principals {\n      type        = "Federated"\n      identifiers = [«data.terraform_remote_state.eks.outputs.oidc_provider_arn»]\n    }\n    condition {\n      test     = "StringEquals"\n      variable = "${data.terraform_remote_state.eks.outputs.oidc_issuer}:sub"\n      values   = ["system:serviceaccount:quay:crane"]\n    }\n  }\n}\n',
      },
      message: /^No condition on '\$\{data\.terraform_remote_state\.eks\.outputs\.oidc_issuer\}:aud'/,
    },
    'in the words of the file, not in what they come to': {
      files: {
        'main.tf':
          'resource "aws_iam_openid_connect_provider" "eks" {\n  url = aws_eks_cluster.blue.identity[0].oidc[0].issuer\n}\n\ndata "aws_iam_policy_document" "trust" {\n  statement {\n    actions = ["sts:AssumeRoleWithWebIdentity"]\n    principals {\n      type        = "Federated"\n      identifiers = [«aws_iam_openid_connect_provider.eks.arn»]\n    }\n    condition {\n      test     = "StringEquals"\n      variable = "${replace(aws_iam_openid_connect_provider.eks.url, "https://", "")}:sub"\n      values   = ["system:serviceaccount:quay:crane"]\n    }\n  }\n}\n',
      },
      message: /^No condition on '\$\{replace\(aws_iam_openid_connect_provider\.eks\.url, "https:\/\/", ""\)\}:aud'/,
    },
    'with the quotes of an expression as they are': {
      files: { 'main.tf': heredoc('«"${aws_iam_openid_connect_provider.eks.arn}"»', heredocSubject) },
      becomes: {
        'main.tf': heredoc('"${aws_iam_openid_connect_provider.eks.arn}"', `${heredocSubject},`, heredocAudience),
      },
    },
    'in a template whose verbs stand in a row': {
      files: text(
        irsa({
          Principal: { Federated: '«arn:aws:iam::%s:oidc-provider/%s»' },
          Condition: { StringEquals: { '%s:sub': 'system:serviceaccount:%s:%s' } },
        }),
      ),
      asTyped: true,
      becomes: text(
        irsa({
          Principal: { Federated: 'arn:aws:iam::%s:oidc-provider/%s' },
          Condition: { StringEquals: { '%s:sub': 'system:serviceaccount:%s:%s', 'OIDC_PROVIDER:aud': STS } },
        }),
      ),
    },
    'any audience': {
      files: text(irsa({ Condition: { StringEquals: { [SUB]: SUBJECT }, StringLike: { [AUD]: '«*»' } } })),
      becomes: text(irsa()),
    },
  },
});
