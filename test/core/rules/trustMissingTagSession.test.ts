import { trustMissingTagSession } from '../../../src/core/rules/trustMissingTagSession.js';
import { ruleTest } from '../../support/ruleTester.js';
import { pods } from './trustCases.js';
import { marked, text } from './trustTexts.js';

ruleTest(trustMissingTagSession, {
  silent: {
    'both actions in one statement': text(pods()),
    'both actions in two statements': text(pods({ Action: 'sts:AssumeRole' }), pods({ Action: 'sts:TagSession' })),
    'the EKS cluster role': text(
      pods({ Principal: { Service: 'eks.amazonaws.com' }, Action: 'sts:AssumeRole', Condition: undefined }),
    ),
    'an action that is not known yet': text(pods({ Action: ['sts:AssumeRole', '<ACTION>'] })),
    'a misspelled TagSession': text(pods({ Action: ['sts:AssumeRole', 'sts:TagSessions'] })),
    'every action of STS': text(pods({ Action: 'sts:*' })),
    'an action of another kind': text(pods({ Action: 'sts:AssumeRoleWithWebIdentity' })),
  },
  fires: {
    'one action, as a string': {
      files: marked('"Action": "sts:AssumeRole"', pods({ Action: 'sts:AssumeRole' })),
      message: "Pod Identity also needs 'sts:TagSession'; with 'sts:AssumeRole' alone the pod gets no credentials.",
      becomes: text(pods()).replace(/\[\s+("[^"]+"),\s+("[^"]+")\s+\]/, '[$1, $2]'),
    },
    'one action, as a list': {
      files: text(pods({ Action: ['sts:AssumeRole'] })).replace(/"Action": \[[^\]]*\]/, '«$&»'),
      becomes: text(pods()),
    },
    'a pattern that does not reach it': {
      files: marked('"Action": "sts:AssumeRole*"', pods({ Action: 'sts:AssumeRole*' })),
    },
    'another service that is meant': {
      files: marked(
        '"Action": "sts:AssumeRole"',
        pods({ Principal: { Service: 'pod.eks.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      ),
    },
  },
});
