import { DescribePodIdentityAssociationCommand, ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import { failed, success } from '../failure.js';
import type { AssociationState, Result } from '../types.js';
import { awsCall } from './call.js';
import type { AwsClients } from './clients.js';
import { turnPage } from './turnPage.js';

/** An association as listed: no role in it yet. */
export interface ListedAssociation {
  readonly id: string;
  readonly arn?: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly ownerArn?: string;
}

const PAGE = 100;

export async function listAssociations(
  aws: AwsClients,
  cluster: string,
  only: { readonly namespace?: string | undefined; readonly serviceAccount?: string },
  timeoutMs: number,
  signal: AbortSignal,
  onPage: (associations: readonly ListedAssociation[]) => void,
): Promise<Result<void>> {
  let nextToken: string | undefined;
  do {
    const input = {
      clusterName: cluster,
      maxResults: PAGE,
      nextToken,
      ...only,
    };
    const page = await awsCall(
      {
        what: `eks:ListPodIdentityAssociations ${cluster}`,
        permission: 'eks:ListPodIdentityAssociations',
        timeoutMs,
        send: (abortSignal) => aws.eks.send(new ListPodIdentityAssociationsCommand(input), { abortSignal }),
      },
      signal,
    );
    if (!page.ok) return page;
    const { associations } = page.value;
    // An answer of another kind is not an empty list: absence would be taken as a fact.
    if (!associations)
      return failed(
        `eks:ListPodIdentityAssociations ${cluster}`,
        'invalid-response',
        'the answer holds no list of associations',
        'eks:ListPodIdentityAssociations',
      );
    onPage(
      associations.flatMap((association) => {
        const { associationId, associationArn, namespace: inNamespace, serviceAccount, ownerArn } = association;
        if (!associationId || !inNamespace || !serviceAccount) return [];
        return [
          {
            id: associationId,
            namespace: inNamespace,
            serviceAccount,
            ...(associationArn ? { arn: associationArn } : {}),
            ...(ownerArn ? { ownerArn } : {}),
          },
        ];
      }),
    );
    const next = turnPage(`eks:ListPodIdentityAssociations ${cluster}`, nextToken, page.value.nextToken);
    if (!next.ok) return next;
    nextToken = next.value;
  } while (nextToken !== undefined);
  return success(undefined);
}

/** The list lacks the role, so each association is asked for by itself. */
export async function describeAssociation(
  aws: AwsClients,
  cluster: string,
  listed: ListedAssociation,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<AssociationState>> {
  const what = `eks:DescribePodIdentityAssociation ${listed.id}`;
  const answer = await awsCall(
    {
      what,
      permission: 'eks:DescribePodIdentityAssociation',
      timeoutMs,
      send: (abortSignal) =>
        aws.eks.send(new DescribePodIdentityAssociationCommand({ clusterName: cluster, associationId: listed.id }), {
          abortSignal,
        }),
    },
    signal,
  );
  if (!answer.ok) return answer;
  const { association } = answer.value;
  if (!association?.roleArn)
    return failed(what, 'invalid-response', 'the answer names no role', 'eks:DescribePodIdentityAssociation');
  return success({
    id: listed.id,
    described: true,
    roleArn: association.roleArn,
    ...(association.associationArn === undefined ? {} : { arn: association.associationArn }),
    ...(association.targetRoleArn ? { targetRoleArn: association.targetRoleArn } : {}),
    ...(association.externalId ? { externalId: association.externalId } : {}),
    ...(association.disableSessionTags == null ? {} : { disableSessionTags: association.disableSessionTags }),
    ...(association.policy ? { hasSessionPolicy: true } : {}),
    ...(association.ownerArn ? { ownerArn: association.ownerArn } : {}),
    ...(association.createdAt === undefined ? {} : { createdAt: association.createdAt.getTime() }),
    ...(association.modifiedAt === undefined ? {} : { modifiedAt: association.modifiedAt.getTime() }),
  });
}

export function undescribed(listed: ListedAssociation): AssociationState {
  return {
    id: listed.id,
    described: false,
    ...(listed.arn === undefined ? {} : { arn: listed.arn }),
    ...(listed.ownerArn === undefined ? {} : { ownerArn: listed.ownerArn }),
  };
}
