// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { trustLiteralWildcard } from '../../../src/core/rules/trustLiteralWildcard.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, EXACT, irsa, pods, STS, SUB, SUBJECT } from './trustCases.js';
import { account, text } from './trustTexts.js';

const exactly = (sub: string | string[]) => irsa({ Condition: { StringEquals: { [SUB]: sub, [AUD]: STS } } });

ruleTest(trustLiteralWildcard, {
  silent: {
    right: text(irsa()),
    'a pattern under StringLike': text(
      irsa({ Condition: { StringLike: { [SUB]: 'system:serviceaccount:shop:*', [AUD]: STS } } }),
    ),
    'patterns under ARN operators': text(
      pods({ Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:eks:*:111122223333:cluster/*' } } }),
    ),
    'a star that is meant as one': text(
      pods({ Condition: { StringEquals: { 'aws:SourceAccount': '111122223333', 'aws:RequestTag/x': '${*}' } } }),
    ),
    'a role that has nothing to do with pods': text({
      Effect: 'Allow',
      Principal: { AWS: '111122223333' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'a*' } },
    }),
    'an operator that is not known': text(
      irsa({ Condition: { '<OPERATOR>': { [SUB]: 'system:serviceaccount:shop:*' }, StringEquals: { [AUD]: STS } } }),
    ),
  },
  fires: {
    'a subject': {
      files: text(exactly('«system:serviceaccount:shop:*»')),
      message:
        "'system:serviceaccount:shop:*' is compared literally under 'StringEquals', so it never matches; name the service account, as in 'system:serviceaccount:shop:NAME', or compare with 'StringLike'.",
      becomes: text(
        irsa({ Condition: { StringEquals: { [AUD]: STS }, StringLike: { [SUB]: 'system:serviceaccount:shop:*' } } }),
      ),
    },
    'a subject, last of its operator': {
      files: text(irsa({ Condition: { StringEquals: { [AUD]: STS, [SUB]: '«system:serviceaccount:shop:*»' } } })),
      becomes: text(
        irsa({ Condition: { StringEquals: { [AUD]: STS }, StringLike: { [SUB]: 'system:serviceaccount:shop:*' } } }),
      ),
    },
    'a subject, alone under its operator': {
      files: text(
        irsa({
          Condition: {
            StringEquals: { [SUB]: '«system:serviceaccount:shop:*»' },
            StringEqualsIgnoreCase: { [AUD]: STS },
          },
        }),
      ),
      becomes: text(
        irsa({
          Condition: { StringLike: { [SUB]: 'system:serviceaccount:shop:*' }, StringEqualsIgnoreCase: { [AUD]: STS } },
        }),
      ),
    },
    'a known account': {
      files: { 'trust.json': text(exactly('«system:serviceaccount:shop:c*»')), 'sa.yaml': account('shop', 'cart') },
      becomes: { 'trust.json': text(irsa()) },
    },
    'an audience': {
      files: text(irsa({ Condition: { StringEquals: { [SUB]: SUBJECT, [AUD]: '«*»' } } })),
      becomes: text(irsa()),
    },
    'a session tag': {
      files: text(
        pods({
          Condition: {
            StringEquals: { 'aws:SourceAccount': '111122223333', 'aws:RequestTag/kubernetes-namespace': '«team-*»' },
          },
        }),
      ),
      becomes: text(
        pods({
          Condition: {
            StringEquals: { 'aws:SourceAccount': '111122223333' },
            StringLike: { 'aws:RequestTag/kubernetes-namespace': 'team-*' },
          },
        }),
      ),
    },
    'an ARN': {
      files: text(
        pods({ Condition: { StringEquals: { 'aws:SourceArn': '«arn:aws:eks:*:111122223333:cluster/blue»' } } }),
      ),
      becomes: text(pods({ Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:eks:*:111122223333:cluster/blue' } } })),
    },
    'a negated operator': {
      files: text(irsa({ Condition: { ...EXACT, StringNotEquals: { [SUB]: '«system:serviceaccount:kube-*»' } } })),
      message: /it excludes nothing/,
      becomes: text(irsa({ Condition: { ...EXACT, StringNotLike: { [SUB]: 'system:serviceaccount:kube-*' } } })),
    },
  },
});
