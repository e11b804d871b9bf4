import { describe, expect, test } from 'vitest';
import { awsCliText, kubectlText, quote, roleConsoleUrl } from '../../../src/vscode/commands/copyTexts.js';

const roleArn = 'arn:aws:iam::111122223333:role/app/payments-api';

describe('copied commands', () => {
  test('read the role', () => {
    expect(awsCliText({ roleArn })).toBe('aws iam get-role --role-name payments-api');
  });
  test('read the association too', () => {
    expect(awsCliText({ roleArn, associationId: 'a-1', clusterName: 'prod', region: 'eu-west-1' })).toBe(
      'aws eks describe-pod-identity-association --cluster-name prod --association-id a-1 --region eu-west-1\naws iam get-role --role-name payments-api',
    );
  });
  test('read the service account in its context', () => {
    expect(kubectlText({ context: "it's mine", namespace: 'payments', name: 'api' })).toBe(
      `kubectl --context 'it'\\''s mine' --namespace payments get serviceaccount api --output yaml`,
    );
  });
  test('write a kubeconfig first where the cluster is of none', () => {
    const aws = { name: 'prod', region: 'eu-west-1', profile: 'dev' };
    expect(kubectlText({ context: 'eks:eu-west-1/prod@dev', aws, namespace: 'payments', name: 'api' })).toBe(
      'aws eks update-kubeconfig --name prod --region eu-west-1 --profile dev --alias eks:eu-west-1/prod@dev\n' +
        'kubectl --context eks:eu-west-1/prod@dev --namespace payments get serviceaccount api --output yaml',
    );
  });
  test('are not made up where something is missing', () => {
    expect(awsCliText({})).toBeUndefined();
    expect(kubectlText({ name: 'api' })).toBeUndefined();
  });
  test('quote whatever a shell would read otherwise', () => {
    for (const word of ['$(id)', 'a b', '`id`', 'a;b', '*']) expect(quote(word)).toBe(`'${word}'`);
    expect(quote(roleArn)).toBe(roleArn);
  });
});

describe('the console', () => {
  test('is that of the partition', () => {
    expect(roleConsoleUrl(roleArn)).toBe(
      'https://console.aws.amazon.com/iam/home#/roles/details/payments-api?section=trust_relationships',
    );
    expect(roleConsoleUrl('arn:aws-cn:iam::111122223333:role/a')).toContain('console.amazonaws.cn');
    expect(roleConsoleUrl('arn:aws-us-gov:iam::111122223333:role/a')).toContain('console.amazonaws-us-gov.com');
  });
  test('is not guessed', () => {
    expect(roleConsoleUrl('arn:aws-iso:iam::111122223333:role/a')).toBeUndefined();
    expect(roleConsoleUrl('payments-api')).toBeUndefined();
  });
});
