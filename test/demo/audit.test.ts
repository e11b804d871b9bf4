import { AccessAnalyzerClient, ValidatePolicyCommand } from '@aws-sdk/client-accessanalyzer';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientSettings, startServers, type TestServers } from '../support/servers.js';

let servers: TestServers;

beforeAll(async () => {
  servers = await startServers();
});

afterAll(() => servers.close());

describe('Access Analyzer', () => {
  const wildcards = (count: number) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Condition: { StringEquals: { k: Array.from({ length: count }, (_, i) => `${i}*`) } },
      },
    });

  it('answers in pages, with places', async () => {
    const client = new AccessAnalyzerClient(clientSettings(servers.demo));
    const policyDocument = wildcards(3);
    const input = { policyDocument, policyType: 'RESOURCE_POLICY', maxResults: 2 } as const;
    const first = await client.send(new ValidatePolicyCommand(input));
    expect(first.findings).toHaveLength(2);
    const second = await client.send(new ValidatePolicyCommand({ ...input, nextToken: first.nextToken }));
    const [finding] = second.findings ?? [];
    expect(finding).toMatchObject({ issueCode: 'WILDCARD_WITHOUT_LIKE_OPERATOR', findingType: 'ERROR' });
    const { start, end } = finding?.locations?.[0]?.span ?? {};
    expect(policyDocument.slice(start?.offset, end?.offset)).toBe('"2*"');
    expect(second.nextToken).toBeUndefined();
  });

  it('reads no rubbish', async () => {
    const client = new AccessAnalyzerClient(clientSettings(servers.demo));
    const answer = await client.send(new ValidatePolicyCommand({ policyDocument: '{', policyType: 'RESOURCE_POLICY' }));
    expect(answer.findings).toMatchObject([{ issueCode: 'JSON_SYNTAX_ERROR' }]);
  });
});

describe('CloudTrail', () => {
  it('looks events up by one attribute, in pages, newest first', async () => {
    const client = new CloudTrailClient(clientSettings(servers.demo));
    const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRoleWithWebIdentity' }] as const;
    const first = await client.send(
      new LookupEventsCommand({ LookupAttributes: [...LookupAttributes], MaxResults: 3 }),
    );
    const second = await client.send(
      new LookupEventsCommand({ LookupAttributes: [...LookupAttributes], MaxResults: 3, NextToken: first.NextToken }),
    );
    const times = [...(first.Events ?? []), ...(second.Events ?? [])].map(({ EventTime }) => EventTime?.getTime() ?? 0);
    expect(times).toHaveLength(6);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(JSON.parse(first.Events?.[0]?.CloudTrailEvent ?? '{}')).toMatchObject({ eventSource: 'sts.amazonaws.com' });
  });

  it('takes one attribute only, as the service does', async () => {
    const client = new CloudTrailClient(clientSettings(servers.demo));
    const LookupAttributes = [
      { AttributeKey: 'EventName', AttributeValue: 'a' },
      { AttributeKey: 'Username', AttributeValue: 'b' },
    ] as const;
    await expect(client.send(new LookupEventsCommand({ LookupAttributes: [...LookupAttributes] }))).rejects.toThrow(
      'only one lookup attribute',
    );
  });
});
