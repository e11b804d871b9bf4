import { trustProhibitedElement } from '../../../src/core/rules/trustProhibitedElement.js';
import { ruleTest } from '../../support/ruleTester.js';
import { EXACT, irsa, PROVIDER } from './trustCases.js';
import { marked, text } from './trustTexts.js';

ruleTest(trustProhibitedElement, {
  silent: {
    IRSA: text(irsa()),
    'all that a statement may have': text({ Sid: 'Cart', ...irsa() }),
    'NotPrincipal with Deny': text(
      irsa(),
      irsa({ Effect: 'Deny', Principal: undefined, NotPrincipal: { Federated: PROVIDER } }),
    ),
    NotAction: text(irsa({ Action: undefined, NotAction: 'sts:TagSession' })),
    'a permission policy': text({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }),
    'a role that has nothing to do with pods': text({
      Effect: 'Allow',
      Principal: { Service: 'ec2.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Resource: '*',
    }),
  },
  fires: {
    Resource: {
      files: marked('"Resource": "*"', irsa({ Resource: '*' })),
      message: "'Resource' has no place in a trust policy: it is always about the role itself. Remove it.",
      becomes: text(irsa()),
    },
    'Resource in the middle': {
      files: marked('"Resource": "*"', { Sid: 'Cart', Resource: '*', ...irsa() }),
      becomes: text({ Sid: 'Cart', ...irsa() }),
    },
    NotResource: { files: marked('"NotResource": "*"', irsa({ NotResource: '*' })), becomes: text(irsa()) },
    NotPrincipal: {
      files: text(irsa({ Principal: undefined, NotPrincipal: { Federated: PROVIDER } })).replace(
        /"NotPrincipal": \{[^}]*\}/,
        '«$&»',
      ),
    },
    'a misspelled element': {
      files: text(irsa({ Condition: undefined, '«Conditions»': EXACT })),
      message: "'Conditions' is no element of a statement; it should be 'Condition'.",
      becomes: text(irsa()),
    },
    'an unknown element': { files: text(irsa({ '«Comment»': 'cart' })), becomes: text(irsa()) },
    'no Effect': { files: text(irsa({ Effect: undefined, Principal: { Federated: `«${PROVIDER}»` } })) },
    'no Action': { files: text(irsa({ Action: undefined, Principal: { Federated: `«${PROVIDER}»` } })) },
    'no Principal': { files: text(irsa({ Principal: undefined, Effect: '«Allow»' })) },
    'an effect in lower case': { files: text(irsa({ Effect: '«allow»' })), becomes: text(irsa()) },
    'an operator that is none': {
      files: text(irsa({ Condition: { '«StringEqual»': EXACT.StringEquals! } })),
      becomes: text(irsa()),
    },
  },
});
