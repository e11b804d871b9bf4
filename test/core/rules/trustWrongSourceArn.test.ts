import { trustWrongSourceArn } from '../../../src/core/rules/trustWrongSourceArn.js';
import { ruleTest } from '../../support/ruleTester.js';
import { pods } from './trustCases.js';
import { text } from './trustTexts.js';

const from = (arn: string, operator = 'ArnEquals') => pods({ Condition: { [operator]: { 'aws:SourceArn': arn } } });
const CLUSTER = 'arn:aws:eks:eu-west-1:111122223333:cluster/blue';

ruleTest(trustWrongSourceArn, {
  silent: {
    'a cluster': text(from(CLUSTER)),
    'a pattern of clusters': text(from('arn:aws:eks:*:111122223333:cluster/prod-*', 'ArnLike')),
    'a wide pattern': text(from('arn:aws:eks:*:111122223333:*', 'StringLike')),
    'a literal star in a cluster': text(from('arn:aws:eks:*:111122223333:cluster/blue', 'StringEquals')),
    placeholders: text(from('arn:aws:eks:REGION:ACCOUNT:cluster/CLUSTER_NAME')),
    'another service': text(
      pods({
        Principal: { Service: 's3.amazonaws.com' },
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::bucket' } },
      }),
    ),
  },
  fires: {
    'an association': {
      files: text(from('«arn:aws:eks:eu-west-1:111122223333:podidentityassociation/blue/a-4wvljrezsukshq1bv»')),
      message: `'arn:aws:eks:eu-west-1:111122223333:podidentityassociation/blue/a-4wvljrezsukshq1bv' is no cluster's ARN: 'podidentityassociation/' is not 'cluster/…'. It should be '${CLUSTER}'.`,
      becomes: text(from(CLUSTER)),
    },
    'a role': { files: text(from('«arn:aws:iam::111122223333:role/blue»')) },
    'a short account': { files: text(from('«arn:aws:eks:eu-west-1:1111:cluster/blue»')) },
    'a pattern of associations': {
      files: text(from('«arn:aws:eks:*:111122223333:podidentityassociation/*»', 'ArnLike')),
    },
    'a literal star in something else': {
      files: text(from('«arn:aws:eks:eu-west-1:111122223333:podidentityassociation/blue/*»', 'StringEquals')),
      becomes: text(from(CLUSTER, 'StringEquals')),
    },
  },
});
