import { randomUUID } from 'node:crypto';
import { DescribePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import { checkRoleArn } from '../../core/iam/arn.js';
import { awsCall } from '../aws/call.js';
import type { AwsClients } from '../aws/clients.js';
import { failed, success } from '../failure.js';
import type { Result } from '../types.js';
import type { ChangeContext } from './context.js';
import {
  createAssociationTexts,
  deleteAssociationTexts,
  updateAssociationTexts,
  type WholeAssociation,
} from './toolTexts.js';
import type { AssociationFields, ChangePlan, ChangeRequest, PlannedCall } from './types.js';

type Create = Extract<ChangeRequest, { kind: 'create-association' }>;
type Update = Extract<ChangeRequest, { kind: 'update-association' }>;
type Delete = Extract<ChangeRequest, { kind: 'delete-association' }>;

const TAKES_EFFECT =
  'EKS needs some seconds until it is everywhere; pods get their environment when they are created: restart the workload.';

export async function planCreateAssociation(
  context: ChangeContext,
  request: Create,
  signal: AbortSignal,
): Promise<Result<ChangePlan>> {
  const { namespace, name, tags } = request;
  const who = `${namespace}/${name}`;
  const what = `associate ${who}`;
  const wrong = wrongFields(request);
  if (wrong !== undefined) return failed(what, 'invalid-response', wrong);
  if (context.where.cluster === '')
    return failed(what, 'not-found', 'the EKS cluster behind this context is not known');
  // The answer would be a refusal; better said before.
  const existing = await context.connection.json(
    {
      what: `get service account ${who}`,
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}`,
      permission: `get serviceaccounts in ${namespace}`,
    },
    signal,
  );
  const absent = !existing.ok && existing.failure.reason === 'not-found';
  const { kind: _kind, namespace: _namespace, name: _name, tags: _tags, ...given } = request;
  const fields = withoutEmpty(given);
  const association: WholeAssociation = {
    namespace,
    serviceAccount: name,
    ...fields,
    roleArn: request.roleArn,
    ...(tags ? { tags } : {}),
  };
  const known = context.known({ namespace, name });
  return success({
    request,
    title: `Associate ${who} with ${request.roleArn}`,
    before: `${who} has no association`,
    after: shown(association),
    effects: [],
    needless: false,
    calls: [createCall(context, association)],
    asText: createAssociationTexts(context.where, association),
    notes: [
      ...(absent ? [`The service account ${who} does not exist yet; the association waits for it.`] : []),
      ...(known?.associationId === undefined
        ? []
        : [`It has the association ${known.associationId} already; EKS refuses a second one. Update that instead.`]),
      ...(known?.annotation === undefined ? [] : ['Its role annotation is ignored from then on.']),
      'You need iam:PassRole and iam:GetRole for the role.',
      TAKES_EFFECT,
    ],
    undo: {
      calls: [
        {
          ...deleteCall(context, '{associationId}', who),
          associationFrom: 0,
          summary: `Delete the association of ${who} that was created`,
        },
      ],
      asText: deleteAssociationTexts(context.where, 'ASSOCIATION_ID', association),
      notes: ['The id of the association is in the answer of the first call.'],
    },
  });
}

export async function planUpdateAssociation(
  context: ChangeContext,
  request: Update,
  signal: AbortSignal,
): Promise<Result<ChangePlan>> {
  const { associationId } = request;
  const wrong = wrongFields(request);
  if (wrong !== undefined) return failed(`update ${associationId}`, 'invalid-response', wrong);
  const found = await readAssociation(context, associationId, signal);
  if (!found.ok) return found;
  const { association: before, ownerArn } = found.value;
  const who = `${before.namespace}/${before.serviceAccount}`;
  if (ownerArn !== undefined) return owned(associationId, ownerArn);
  const { kind: _kind, associationId: _id, ...asked } = request;
  const changed = difference(asked, before);
  const after: WholeAssociation = { ...before, ...changed };
  const needless = Object.keys(changed).length === 0;
  const back: AssociationFields = Object.fromEntries(
    Object.keys(changed).map((key) => [
      key,
      before[key as keyof AssociationFields] ?? (key === 'disableSessionTags' ? false : ''),
    ]),
  );
  return success({
    request,
    title: `Update the association of ${who}`,
    before: shown(before),
    after: shown(after),
    effects: [],
    needless,
    calls: needless ? [] : [updateCall(context, associationId, changed, who)],
    asText: updateAssociationTexts(context.where, associationId, changed, after),
    notes: [
      ...(after.policy && !after.disableSessionTags
        ? ['A session policy needs session tags to be disabled; EKS refuses it otherwise.']
        : []),
      TAKES_EFFECT,
    ],
    undo: {
      calls: needless ? [] : [updateCall(context, associationId, back, who)],
      asText: updateAssociationTexts(context.where, associationId, back, before),
      notes: [],
    },
  });
}

export async function planDeleteAssociation(
  context: ChangeContext,
  request: Delete,
  signal: AbortSignal,
): Promise<Result<ChangePlan>> {
  const { associationId } = request;
  const found = await readAssociation(context, associationId, signal);
  if (!found.ok) return found;
  const { association, ownerArn } = found.value;
  if (ownerArn !== undefined) return owned(associationId, ownerArn);
  const who = `${association.namespace}/${association.serviceAccount}`;
  const annotation = context.known({ namespace: association.namespace, name: association.serviceAccount })?.annotation;
  return success({
    request,
    title: `Delete the association of ${who}`,
    before: shown(association),
    after:
      annotation === undefined
        ? `${who} has no association`
        : `${who} has no association; its annotation counts: ${annotation}`,
    effects: [],
    needless: false,
    calls: [deleteCall(context, associationId, who)],
    asText: deleteAssociationTexts(context.where, associationId, association),
    notes: [
      'Running pods get no new credentials by Pod Identity from then on; those they hold end within hours.',
      TAKES_EFFECT,
    ],
    undo: {
      calls: [createCall(context, association)],
      asText: createAssociationTexts(context.where, association),
      notes: ['The association comes back with all its fields, but with a new id and a new ARN.'],
    },
  });
}

// ── Calls ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

function pathOf({ where }: ChangeContext, id?: string): string {
  const base = `/clusters/${encodeURIComponent(where.cluster)}/pod-identity-associations`;
  return id === undefined ? base : `${base}/${id === '{associationId}' ? id : encodeURIComponent(id)}`;
}

/** The token makes a call that is sent twice one change. */
function createCall(context: ChangeContext, association: WholeAssociation): PlannedCall {
  const { namespace, serviceAccount, roleArn } = association;
  return {
    service: 'eks',
    operation: 'CreatePodIdentityAssociation',
    method: 'POST',
    path: pathOf(context),
    parameters: {
      clusterName: context.where.cluster,
      ...withoutEmpty(association),
      clientRequestToken: randomUUID(),
    },
    permission: 'eks:CreatePodIdentityAssociation',
    summary: `Associate ${namespace}/${serviceAccount} with ${roleArn}`,
  };
}

function updateCall(context: ChangeContext, id: string, fields: AssociationFields, who: string): PlannedCall {
  return {
    service: 'eks',
    operation: 'UpdatePodIdentityAssociation',
    method: 'POST',
    path: pathOf(context, id),
    parameters: { clusterName: context.where.cluster, associationId: id, ...fields, clientRequestToken: randomUUID() },
    permission: 'eks:UpdatePodIdentityAssociation',
    summary: `Set ${Object.entries(fields)
      .map(([key, value]) => `${key} to ${value === '' ? 'nothing' : value}`)
      .join(', ')} of the association of ${who}`,
  };
}

function deleteCall(context: ChangeContext, id: string, who: string): PlannedCall {
  return {
    service: 'eks',
    operation: 'DeletePodIdentityAssociation',
    method: 'DELETE',
    path: pathOf(context, id),
    parameters: { clusterName: context.where.cluster, associationId: id },
    permission: 'eks:DeletePodIdentityAssociation',
    summary: `Delete the association of ${who}`,
  };
}

// ── What is there ──────────────────────────────────────────────────────────────────────────────────────────────────────

async function readAssociation(
  context: ChangeContext,
  id: string,
  signal: AbortSignal,
): Promise<Result<{ association: WholeAssociation; ownerArn: string | undefined }>> {
  const aws: Result<AwsClients> = await context.aws();
  if (!aws.ok) return aws;
  const what = `eks:DescribePodIdentityAssociation ${id}`;
  const permission = 'eks:DescribePodIdentityAssociation';
  const input = { clusterName: context.where.cluster, associationId: id };
  const answer = await awsCall(
    {
      what,
      permission,
      timeoutMs: context.timeoutMs,
      send: (abortSignal) => aws.value.eks.send(new DescribePodIdentityAssociationCommand(input), { abortSignal }),
    },
    signal,
  );
  if (!answer.ok) return answer;
  const { association } = answer.value;
  if (!association?.namespace || !association.serviceAccount || !association.roleArn)
    return failed(what, 'invalid-response', 'the answer is no whole association', permission);
  return success({
    association: {
      namespace: association.namespace,
      serviceAccount: association.serviceAccount,
      roleArn: association.roleArn,
      ...(association.targetRoleArn ? { targetRoleArn: association.targetRoleArn } : {}),
      ...(association.disableSessionTags == null ? {} : { disableSessionTags: association.disableSessionTags }),
      ...(association.policy ? { policy: association.policy } : {}),
      ...(association.tags && Object.keys(association.tags).length > 0 ? { tags: association.tags } : {}),
    },
    ownerArn: association.ownerArn || undefined,
  });
}

function owned(id: string, owner: string): Result<never> {
  return failed(
    `change ${id}`,
    'forbidden',
    `it belongs to the add-on ${owner.split(':addon/')[1]?.split('/')[1] ?? owner}: change it there (aws eks update-addon --pod-identity-associations)`,
  );
}

function wrongFields({ roleArn, targetRoleArn, policy }: AssociationFields): string | undefined {
  for (const arn of [roleArn, targetRoleArn]) {
    const verdict = arn ? checkRoleArn([arn]) : undefined;
    if (verdict?.ok === 'no') return `'${arn}' is no role ARN: ${verdict.reason}`;
  }
  if (policy) {
    try {
      JSON.parse(policy);
    } catch {
      return 'the session policy is no JSON';
    }
  }
  return undefined;
}

/** Only what becomes another. */
function difference(asked: AssociationFields, before: AssociationFields): AssociationFields {
  return Object.fromEntries(
    Object.entries(asked).filter(
      ([key, value]) =>
        value !== undefined &&
        value !== (before[key as keyof AssociationFields] ?? (key === 'disableSessionTags' ? false : '')),
    ),
  );
}

function withoutEmpty<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as T;
}

function shown(association: WholeAssociation): string {
  return JSON.stringify(association, null, 2);
}
