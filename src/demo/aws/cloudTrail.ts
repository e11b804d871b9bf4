import { randomUUID } from 'node:crypto';
import { readClaims } from '../jwt.js';
import { issuerHost } from '../scenarioTypes.js';
import { AwsError } from './errors.js';
import type { AwsState } from './state.js';

type Json = Record<string, unknown>;

interface Recorded {
  readonly id: string;
  readonly name: 'AssumeRoleWithWebIdentity' | 'AssumeRoleForPodIdentity';
  readonly at: Date;
  readonly username: string;
  readonly event: Json;
}

interface Call {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn?: string | undefined;
  readonly at: Date;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

const HOUR = 60;

/** CloudTrail's event history of the two calls that give pods their credentials: what the scenario's pods asked, and what was asked since. */
export class CloudTrail {
  private readonly events: Recorded[] = [];

  constructor(private readonly state: AwsState) {
    for (const { namespace, name, expected } of state.scenario.serviceAccounts) {
      const runs = state.scenario.workloads.some(
        (workload) => workload.namespace === namespace && workload.serviceAccount === name && workload.pods.length > 0,
      );
      if (!runs) {
        continue;
      }
      const error = expected.refusal
        ? { code: expected.refusal, message: refusals[expected.refusal] ?? 'refused' }
        : undefined;
      // One that works now did not always: its role was made after its first pod.
      const calls = error ? [error, error] : [undefined, undefined];
      calls.forEach((outcome, index) => {
        const call = {
          namespace,
          serviceAccount: name,
          roleArn: expected.roleArn,
          at: state.ago((index + 1) * HOUR),
          error: outcome,
        };
        if (expected.mechanism === 'irsa') {
          this.webIdentity(call);
        } else if (expected.mechanism === 'pod-identity' || expected.mechanism === 'both') {
          this.podIdentity(call);
        }
      });
    }
  }

  /** Remembers a call as CloudTrail does: the token hidden, the credentials too. */
  record(operation: string, token: string, roleArn: string | undefined, error: AwsError | undefined): void {
    const claims = readClaims(token);
    const [, , namespace, serviceAccount] = String(claims?.sub ?? '').split(':');
    if (!namespace || !serviceAccount) {
      return;
    }
    const outcome = error && { code: error.code, message: error.message };
    const call = { namespace, serviceAccount, roleArn, at: this.state.now(), error: outcome };
    if (operation === 'AssumeRoleWithWebIdentity') {
      this.webIdentity(call);
    } else {
      this.podIdentity(call);
    }
  }

  lookupEvents(body: string): Json {
    const input = JSON.parse(body || '{}') as {
      LookupAttributes?: { AttributeKey: string; AttributeValue: string }[];
      StartTime?: number;
      EndTime?: number;
      MaxResults?: number;
      NextToken?: string;
    };
    const attributes = input.LookupAttributes ?? [];
    if (attributes.length > 1) {
      throw new AwsError('InvalidLookupAttributesException', 400, 'You can specify only one lookup attribute.');
    }
    const size = input.MaxResults ?? 50;
    if (size < 1 || size > 50) {
      throw new AwsError('InvalidMaxResultsException', 400, 'MaxResults must be between 1 and 50.');
    }
    const [attribute] = attributes;
    const wanted = this.events
      .filter(({ at, name, username }) => {
        const seconds = at.getTime() / 1000;
        return (
          (input.StartTime === undefined || seconds >= input.StartTime) &&
          (input.EndTime === undefined || seconds <= input.EndTime) &&
          (attribute === undefined ||
            (attribute.AttributeKey === 'EventName' && attribute.AttributeValue === name) ||
            (attribute.AttributeKey === 'Username' && attribute.AttributeValue === username))
        );
      })
      .sort((a, b) => b.at.getTime() - a.at.getTime());
    const start = Number(input.NextToken ?? 0);
    return {
      Events: wanted.slice(start, start + size).map(({ id, name, at, username, event }) => ({
        EventId: id,
        EventName: name,
        EventTime: at.getTime() / 1000,
        Username: username,
        CloudTrailEvent: JSON.stringify(event),
      })),
      ...(start + size < wanted.length ? { NextToken: String(start + size) } : {}),
    };
  }

  private webIdentity(call: Call): void {
    const issuer = issuerHost(this.state.scenario.cluster);
    const username = `system:serviceaccount:${call.namespace}:${call.serviceAccount}`;
    const provider = `arn:aws:iam::${this.state.account}:oidc-provider/${issuer}`;
    this.add('AssumeRoleWithWebIdentity', 'sts.amazonaws.com', call, username, {
      userIdentity: {
        type: 'WebIdentityUser',
        principalId: `${provider}:sts.amazonaws.com:${username}`,
        userName: username,
        identityProvider: provider,
      },
      requestParameters: { roleArn: call.roleArn, roleSessionName: `${call.serviceAccount}-session` },
      responseElements: call.error
        ? null
        : {
            subjectFromWebIdentityToken: username,
            credentials: { accessKeyId: 'ASIADEMOINTHETRAIL00', sessionToken: 'demo-session-in-the-trail' },
          },
    });
  }

  private podIdentity(call: Call): void {
    const { namespace, serviceAccount } = call;
    this.add('AssumeRoleForPodIdentity', 'eks-auth.amazonaws.com', call, 'i-0a1b2c3d4e5f60001', {
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${this.state.account}:assumed-role/node/i-0a1b2c3d4e5f60001`,
      },
      requestParameters: { clusterName: this.state.scenario.cluster.name, token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      responseElements: call.error
        ? null
        : { subject: { namespace, serviceAccount }, credentials: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      // A refused call names its subject in the message only.
      ...(call.error
        ? { errorMessage: `${call.error.message} (namespace ${namespace}, service account ${serviceAccount})` }
        : {}),
    });
  }

  private add(name: Recorded['name'], source: string, call: Call, username: string, more: Json): void {
    const id = randomUUID();
    this.events.push({
      id,
      name,
      at: call.at,
      username,
      event: {
        eventVersion: '1.08',
        eventID: id,
        eventTime: `${call.at.toISOString().slice(0, 19)}Z`,
        eventSource: source,
        eventName: name,
        awsRegion: this.state.scenario.cluster.region,
        sourceIPAddress: '10.0.12.34',
        userAgent: 'aws-sdk-go-v2/1.30.3',
        recipientAccountId: this.state.account,
        ...(call.error ? { errorCode: call.error.code, errorMessage: call.error.message } : {}),
        ...more,
      },
    });
  }
}

const refusals: Readonly<Record<string, string>> = {
  AccessDenied: 'An unknown error occurred',
  AccessDeniedException: 'EKS does not have permissions to assume the associated role',
};
