import { trustSharedRole } from '../../../src/core/rules/trustSharedRole.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, irsa, OTHER, OTHER_PROVIDER, pods, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

const TILL = 'system:serviceaccount:shop:till';
const naming = (sub: string | string[], condition = {}) =>
  irsa({ Condition: { StringEquals: { [SUB]: sub, [AUD]: STS }, ...condition } });

ruleTest(trustSharedRole, {
  silent: {
    'one account': text(irsa()),
    'one account in two clusters': text(
      irsa(),
      irsa({
        Principal: { Federated: OTHER_PROVIDER },
        Condition: { StringEquals: { [`${OTHER}:sub`]: SUBJECT, [`${OTHER}:aud`]: STS } },
      }),
    ),
    'an excluded one': text(naming(SUBJECT, { StringNotEquals: { [SUB]: TILL } })),
    holes: text(naming(['system:serviceaccount:shop:<A>', 'system:serviceaccount:shop:<B>'])),
  },
  fires: {
    'in a list': {
      files: text(naming([SUBJECT, `«${TILL}»`])),
      severity: 'hint',
      message:
        'This role is for 2 service accounts: shop/cart and shop/till. A role for each keeps their permissions apart.',
    },
    'in two statements': { files: text(irsa(), naming(`«${TILL}»`)) },
    'by session tags': {
      files: text(
        pods({
          Condition: {
            StringEquals: {
              'aws:RequestTag/kubernetes-namespace': 'shop',
              'aws:RequestTag/kubernetes-service-account': ['cart', '«till»'],
            },
          },
        }),
      ),
    },
  },
});
