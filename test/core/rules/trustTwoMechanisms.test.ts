import { trustTwoMechanisms } from '../../../src/core/rules/trustTwoMechanisms.js';
import { ruleTest } from '../../support/ruleTester.js';
import { irsa, PROVIDER, pods } from './trustCases.js';
import { text } from './trustTexts.js';

ruleTest(trustTwoMechanisms, {
  silent: {
    IRSA: text(irsa()),
    'Pod Identity': text(pods()),
    'Pod Identity beside GitHub': text(
      pods(),
      irsa({
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
        Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/shop:*' } },
      }),
    ),
    'a Deny of the one': text(pods(), irsa({ Effect: 'Deny' })),
  },
  fires: {
    'in two statements': {
      files: text(irsa(), pods({ Principal: { Service: '«pods.eks.amazonaws.com»' } })),
      severity: 'hint',
    },
    'in one statement': {
      files: text(
        irsa({
          Principal: { Federated: PROVIDER, Service: '«pods.eks.amazonaws.com»' },
          Action: ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole', 'sts:TagSession'],
        }),
      ),
    },
  },
});
