import { checkRoleArn } from '../../core/iam/arn.js';
import { failed, success } from '../failure.js';
import type { Result } from '../types.js';
import type { ChangeContext } from './context.js';
import { annotationTexts } from './toolTexts.js';
import type { ChangePlan, ChangeRequest, PlannedCall } from './types.js';

const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';
/** apimachinery's qualified name: an optional DNS subdomain and `/`, then at most 63 characters. */
const ANNOTATION_KEY = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/;

type AnnotationRequest = Extract<ChangeRequest, { kind: 'annotate' | 'remove-annotation' }>;

/**
 * Sets or takes away one annotation of a service account. The patch carries what was there when it was planned, so that it is
 * refused where somebody else changed it since.
 */
export async function planAnnotation(
  context: ChangeContext,
  request: AnnotationRequest,
  signal: AbortSignal,
): Promise<Result<ChangePlan>> {
  const { namespace, name, key } = request;
  const who = `${namespace}/${name}`;
  if (!ANNOTATION_KEY.test(key)) return failed(`annotate ${who}`, 'invalid-response', `'${key}' is no annotation key`);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}`;
  const answer = await context.connection.json(
    { what: `get service account ${who}`, path, permission: `get serviceaccounts in ${namespace}` },
    signal,
  );
  if (!answer.ok) return answer;
  const { metadata } = (answer.value ?? {}) as {
    metadata?: { annotations?: Record<string, unknown>; resourceVersion?: unknown };
  };
  const old = metadata?.annotations?.[key];
  const before = typeof old === 'string' ? old : undefined;
  const after = request.kind === 'annotate' ? request.value : undefined;
  const call = (from: string | undefined, to: string | undefined, version?: string): PlannedCall => ({
    service: 'kubernetes',
    operation: 'patch serviceaccounts',
    method: 'PATCH',
    path,
    ...patchOf(key, from, to, version),
    permission: `patch serviceaccounts in ${namespace}`,
    summary:
      to === undefined ? `Take the annotation ${key} from ${who}` : `Set the annotation ${key} of ${who} to ${to}`,
  });
  const version = metadata?.resourceVersion;
  const texts = (value: string | undefined) => annotationTexts(context.where, { namespace, name, key, value });
  return success({
    request,
    title: after === undefined ? `Remove ${key} from ${who}` : `Annotate ${who} with ${after}`,
    before: shown(key, before),
    after: shown(key, after),
    effects: [],
    needless: before === after,
    calls: before === after ? [] : [call(before, after, typeof version === 'string' ? version : undefined)],
    asText: texts(after),
    notes: notesOf(context, request),
    undo: {
      calls: before === after ? [] : [call(after, before)],
      asText: texts(before),
      notes:
        before === after
          ? []
          : ['Pods that start in between keep the environment they got; restart them after undoing.'],
    },
  });
}

/** What was seen is tested in the same request; only an annotation that is not there yet needs the object's version for that. */
function patchOf(
  key: string,
  from: string | undefined,
  to: string | undefined,
  resourceVersion: string | undefined,
): Pick<PlannedCall, 'contentType' | 'parameters'> {
  if (from === undefined) {
    return {
      contentType: 'application/merge-patch+json',
      parameters: {
        metadata: { ...(resourceVersion === undefined ? {} : { resourceVersion }), annotations: { [key]: to ?? null } },
      },
    };
  }
  const path = `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return {
    contentType: 'application/json-patch+json',
    parameters: [
      { op: 'test', path, value: from },
      to === undefined ? { op: 'remove', path } : { op: 'replace', path, value: to },
    ],
  };
}

function shown(key: string, value: string | undefined): string {
  return value === undefined ? `${key} is not set` : `${key}: ${value}`;
}

function notesOf(context: ChangeContext, request: AnnotationRequest): string[] {
  const known = context.known(request);
  return [
    ...(request.kind === 'annotate' && request.key === ROLE_ANNOTATION && checkRoleArn([request.value]).ok === 'no'
      ? [`'${request.value}' is no role ARN; the webhook passes on whatever stands there, and STS refuses it.`]
      : []),
    ...(request.key === ROLE_ANNOTATION && request.kind === 'annotate' && known?.associationId !== undefined
      ? [
          `The association ${known.associationId} wins: its pods go on using Pod Identity, whatever the annotation says.`,
        ]
      : []),
    'Pods get their environment when they are created: restart the workload so that it takes effect.',
  ];
}
