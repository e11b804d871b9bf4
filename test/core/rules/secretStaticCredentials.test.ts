import { secretStaticCredentials } from '../../../src/core/rules/secretStaticCredentials.js';
import { ruleTest } from '../../support/ruleTester.js';

const store = (kind: string, field: string, ...lines: string[]) =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: x\n${field}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
const KEY = 'AKIAIOSFODNN7EXAMPLE';

ruleTest(secretStaticCredentials, {
  silent: {
    'other keys': store('Secret', 'stringData', 'password: x', 'AWS_REGION: eu-west-1', 'access_key: minio'),
    'an empty value': store('Secret', 'stringData', 'AWS_ACCESS_KEY_ID: ""'),
    'base64 of something else': store('Secret', 'data', 'token: aGVsbG8gd29ybGQ='),
    'a longer word': store('ConfigMap', 'data', `x: Z${KEY}9`),
    'another kind': store('SealedSecret', 'spec', `AWS_ACCESS_KEY_ID: ${KEY}`).replace('v1', 'bitnami.com/v1alpha1'),
  },
  fires: {
    'by name': {
      files: store('Secret', 'stringData', `AWS_ACCESS_KEY_ID: «${KEY}»`, 'aws-secret-access-key: «abc»'),
      severity: 'warning',
      message: /Secret 'x' holds AWS keys in 'AWS_ACCESS_KEY_ID'/,
    },
    'encoded, by name': { files: store('Secret', 'data', 'AWS_SECRET_ACCESS_KEY: «YWJj»') },
    'by form': { files: store('ConfigMap', 'data', `key: «${KEY}»`) },
    'encoded, by form': { files: store('Secret', 'data', 'key: «QUtJQUlPU0ZPRE5ON0VYQU1QTEU=»') },
    'in a file': {
      files: store(
        'Secret',
        'stringData',
        'credentials: |',
        '  [default]',
        `  aws_access_key_id = «${KEY}»`,
        '  aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      ),
    },
    'a generator of Kustomize': {
      files: {
        'kustomization.yaml': `secretGenerator:\n  - name: x\n    literals:\n      - AWS_ACCESS_KEY_ID=«${KEY}»\n`,
      },
    },
  },
});
