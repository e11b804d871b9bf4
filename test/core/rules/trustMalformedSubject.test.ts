// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { trustMalformedSubject } from '../../../src/core/rules/trustMalformedSubject.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, irsa, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

const naming = (sub: string | string[]) => irsa({ Condition: { StringEquals: { [SUB]: sub, [AUD]: STS } } });
const like = (sub: string) => irsa({ Condition: { StringLike: { [SUB]: sub }, StringEquals: { [AUD]: STS } } });

ruleTest(trustMalformedSubject, {
  silent: {
    right: text(irsa()),
    'a name with dots': text(naming('system:serviceaccount:shop:cart.v1')),
    patterns: text(like('system:serviceaccount:*')),
    'a literal star': text(naming('system:serviceaccount:shop:*')),
    'an audience': text(naming(STS)),
    holes: text(naming(['system:serviceaccount:<NAMESPACE>:cart', '<SUBJECT>'])),
    'an IAM variable': text(naming('system:serviceaccount:${aws:PrincipalTag/ns}:cart')),
    'letter case that does not count': text(
      irsa({
        Condition: {
          StringEqualsIgnoreCase: { [SUB]: 'system:serviceaccount:Shop:Cart' },
          StringEquals: { [AUD]: STS },
        },
      }),
    ),
    'the subject of another issuer': text(
      irsa({
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
        Condition: {
          StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:acme/shop:ref:refs/heads/main' },
        },
      }),
    ),
  },
  fires: {
    slash: {
      files: text(naming('«shop/cart»')),
      message:
        "'shop/cart' is the subject of no token: namespace and name stand as system:serviceaccount:NAMESPACE:NAME. It should be 'system:serviceaccount:shop:cart'.",
      becomes: text(irsa()),
    },
    'a missing part': { files: text(naming('«system:serviceaccount:cart»')) },
    'a prefix that is short': { files: text(naming('«serviceaccount:shop:cart»')), becomes: text(irsa()) },
    capitals: { files: text(naming('«system:serviceaccount:shop:Cart»')), becomes: text(irsa()) },
    blanks: { files: text(naming('« system:serviceaccount:shop:cart»')), becomes: text(irsa()) },
    'an underscore': {
      files: text(naming('«system:serviceaccount:shop:my_cart»')),
      becomes: text(naming('system:serviceaccount:shop:my-cart')),
    },
    'a pattern': { files: text(like('«shop/*»')), becomes: text(like('system:serviceaccount:shop:*')) },
    'a slash beside a hole': {
      files: text(naming('«system:serviceaccount:<NAMESPACE>/cart»')),
      message:
        "'system:serviceaccount:<NAMESPACE>/cart' is the subject of no token: a colon parts namespace and name, not '/'. It should be 'system:serviceaccount:<NAMESPACE>:cart'.",
      becomes: text(naming('system:serviceaccount:<NAMESPACE>:cart')),
    },
    'capitals beside a hole': { files: text(naming('«system:serviceaccount:<SUBJECT>Cart»')) },
    'round a hole': { files: text(naming('«serviceaccount:<NAMESPACE>:cart»')) },
    'one of a list': {
      files: text(naming([SUBJECT, '«shop/till»'])),
      becomes: text(naming([SUBJECT, 'system:serviceaccount:shop:till'])),
    },
  },
});
