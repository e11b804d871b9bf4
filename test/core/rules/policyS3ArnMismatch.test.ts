import { policyS3ArnMismatch } from '../../../src/core/rules/policyS3ArnMismatch.js';
import { ruleTest } from '../../support/ruleTester.js';

const policy = (action: string, resource: string) => ({
  'policy.json': `{ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": ${action}, "Resource": ${resource} }] }`,
});

ruleTest(policyS3ArnMismatch, {
  silent: {
    both: policy('["s3:GetObject", "s3:ListBucket"]', '["arn:aws:s3:::x", "arn:aws:s3:::x/*"]'),
    objects: policy('"s3:GetObject"', '"arn:aws:s3:::x/*"'),
    'a star behind the bucket': policy('"s3:GetObject"', '"arn:aws:s3:::x*"'),
    everything: policy('"s3:GetObject"', '"*"'),
    'a pattern of both': policy('"s3:*"', '"arn:aws:s3:::x"'),
    'a bucket that is not known': policy('"s3:GetObject"', '"arn:aws:s3:::<BUCKET>"'),
    'an access point': policy('"s3:GetObject"', '"arn:aws:s3:eu-west-1:111122223333:accesspoint/x"'),
    'buckets are not looked at by name': policy('"s3:ListAllMyBuckets"', '"arn:aws:s3:::x"'),
  },
  fires: {
    'objects on a bucket': {
      files: policy('["s3:GetObject", "s3:PutObject"]', '«"arn:aws:s3:::x"»'),
      severity: 'warning',
      becomes: policy('["s3:GetObject", "s3:PutObject"]', '"arn:aws:s3:::x/*"'),
    },
    'a bucket on objects': {
      files: policy('"s3:ListBucket"', '«"arn:aws:s3:::x/*"»'),
      becomes: policy('"s3:ListBucket"', '"arn:aws:s3:::x"'),
    },
    'one of two kinds': {
      files: policy('["s3:GetObject", «"s3:ListBucket"»]', '"arn:aws:s3:::x/*"'),
      message: /'s3:ListBucket' acts on the bucket/,
    },
  },
});
