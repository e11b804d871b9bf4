import { trustUnknownAction } from '../../../src/core/rules/trustUnknownAction.js';
import { ruleTest } from '../../support/ruleTester.js';
import { irsa, pods } from './trustCases.js';
import { text } from './trustTexts.js';

ruleTest(trustUnknownAction, {
  silent: {
    IRSA: text(irsa()),
    'everything that a trust policy can have': text(
      pods({
        Action: [
          'sts:AssumeRole',
          'sts:TagSession',
          'sts:SetSourceIdentity',
          'sts:SetContext',
          'sts:AssumeRoleWithSAML',
        ],
      }),
    ),
    patterns: text(pods({ Action: ['sts:*', 'sts:Assume*', 'sts:Tag?ession'] })),
    'a role that has nothing to do with pods': text({
      Effect: 'Allow',
      Principal: { Service: 'ec2.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSessions'],
    }),
    'a hole': text(pods({ Action: ['sts:AssumeRole', 'sts:TagSession', '<ACTION>'] })),
  },
  fires: {
    'a letter too many': {
      files: text(pods({ Action: ['sts:AssumeRole', '«sts:TagSessions»'] })),
      message: "'sts:TagSessions' is no action of a trust policy; it should be 'sts:TagSession'.",
      becomes: text(pods()),
    },
    'a letter too few': { files: text(irsa({ Action: '«sts:AssumeRoleWithWebIdentiy»' })), becomes: text(irsa()) },
    'no service': { files: text(irsa({ Action: '«AssumeRoleWithWebIdentity»' })), becomes: text(irsa()) },
    'an action of a permission policy': {
      files: text(pods({ Action: ['sts:AssumeRole', 'sts:TagSession', '«s3:GetObject»'] })),
      message: /takes 'sts:AssumeRole'/,
      becomes: text(pods()),
    },
    'another action of STS': {
      files: text(pods({ Action: ['sts:AssumeRole', 'sts:TagSession', '«sts:GetCallerIdentity»'] })),
      becomes: text(pods()),
    },
  },
});
