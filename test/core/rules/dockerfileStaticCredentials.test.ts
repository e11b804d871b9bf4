import { dockerfileStaticCredentials } from '../../../src/core/rules/dockerfileStaticCredentials.js';
import { ruleTest } from '../../support/ruleTester.js';

const docker = (...lines: string[]) => ({ Dockerfile: ['FROM alpine:3.20', ...lines, ''].join('\n') });

ruleTest(dockerfileStaticCredentials, {
  silent: {
    'other variables': docker('ENV AWS_REGION=eu-west-1', 'ARG VERSION'),
    emptied: docker('ENV AWS_ACCESS_KEY_ID=""'),
    'a mounted secret': docker('RUN --mount=type=secret,id=aws,target=/root/.aws/credentials aws s3 ls'),
    'a comment': docker('# ENV AWS_ACCESS_KEY_ID=x'),
  },
  fires: {
    ENV: {
      files: docker('ENV «AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE»'),
      severity: 'error',
      message: /ENV puts 'AWS_ACCESS_KEY_ID' in every container/,
    },
    ARG: {
      files: docker('ARG «AWS_SECRET_ACCESS_KEY»'),
      message: /ARG puts 'AWS_SECRET_ACCESS_KEY' in the image's history/,
    },
  },
});
