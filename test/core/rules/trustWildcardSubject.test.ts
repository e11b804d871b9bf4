import { trustWildcardSubject } from '../../../src/core/rules/trustWildcardSubject.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, irsa, STS, SUB, SUBJECT } from './trustCases.js';
import { account, text } from './trustTexts.js';

const like = (sub: string | string[], more = {}) =>
  irsa({ Condition: { StringEquals: { [AUD]: STS }, StringLike: { [SUB]: sub }, ...more } });

ruleTest(trustWildcardSubject, {
  silent: {
    'an exact subject': text(irsa()),
    'an exact subject under StringLike': text(like(SUBJECT)),
    'a pattern that an exact condition narrows': text(
      irsa({
        Condition: { StringEquals: { [SUB]: SUBJECT, [AUD]: STS }, StringLike: { [SUB]: 'system:serviceaccount:*' } },
      }),
    ),
    'a pattern that only one account can match': text(like('*:shop:cart')),
    'a star that is compared literally': text(
      irsa({ Condition: { StringEquals: { [SUB]: 'system:serviceaccount:shop:*' } } }),
    ),
    'a hole': text(like('system:serviceaccount:<NAMESPACE>:<NAME>')),
    'a Deny': text(irsa(), { ...like('system:serviceaccount:kube-system:*'), Effect: 'Deny' }),
    GitHub: text(
      irsa({
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
        Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/*' } },
      }),
    ),
  },
  fires: {
    'every service account': {
      files: text(like('«system:serviceaccount:*:*»')),
      severity: 'error',
      message:
        "'system:serviceaccount:*:*' lets every service account of the cluster assume this role. Name the ones that need it, as in 'system:serviceaccount:NAMESPACE:NAME'.",
      becomes: text(
        irsa({ Condition: { StringEquals: { [AUD]: STS, [SUB]: 'system:serviceaccount:NAMESPACE:NAME' } } }),
      ),
    },
    'a namespace': {
      files: text(like('«system:serviceaccount:shop:*»')),
      severity: 'warning',
      message: /more than one service account of the namespace .*'system:serviceaccount:shop:NAME'/,
    },
    'across the colon': {
      files: text(like('«system:serviceaccount:team-*»')),
      severity: 'error',
      message: /more than one namespace/,
    },
    'any namespace': { files: text(like('«system:serviceaccount:*:cart»')), severity: 'error' },
    'two in a list': { files: text(like([SUBJECT, '«system:serviceaccount:a:*»', '«system:serviceaccount:b:*»'])) },
    'round a placeholder': { files: text(like('«system:serviceaccount:*:<NAME>»')), severity: 'error' },
    'with IfExists': {
      files: text(
        irsa({
          Condition: { StringLikeIfExists: { [SUB]: '«system:serviceaccount:shop:*»' }, StringEquals: { [AUD]: STS } },
        }),
      ),
    },
    'known matches': {
      files: { 'trust.json': text(like('«system:serviceaccount:shop:c*»')), 'sa.yaml': account('shop', 'cart') },
      fix: 'Only shop/cart',
      becomes: { 'trust.json': text(irsa({ Condition: { StringEquals: { [AUD]: STS, [SUB]: SUBJECT } } })) },
    },
    'a known match in a list': {
      files: {
        'trust.json': text(like([SUBJECT, '«system:serviceaccount:shop:t*»'])),
        'sa.yaml': account('shop', 'till'),
      },
      fix: 'Only shop/till',
      becomes: {
        'trust.json': text(
          irsa({ Condition: { StringEquals: { [AUD]: STS, [SUB]: [SUBJECT, 'system:serviceaccount:shop:till'] } } }),
        ).replace(/\[\s+("[^"]+"),\s+("[^"]+")\s+\]/, '[$1, $2]'),
      },
    },
  },
});
