import { commandLine, shellWord } from './shellWords.js';
import type { AssociationFields, RestartableKind, ToolText, ToolTexts } from './types.js';

/** Where a change is made, as tools must be told. */
export interface Where {
  /** The kubeconfig's context. */
  readonly context: string;
  readonly cluster: string;
  readonly region: string | undefined;
  readonly profile: string | undefined;
  /** No kubeconfig has the context: kubectl is told first how to come by it. */
  readonly withoutKubeconfig?: boolean;
}

const text = (words: string): ToolText => ({ kind: 'text', text: words });
const none = (why: string): ToolText => ({ kind: 'none', why });

const NOT_KUBERNETES = none('Kubernetes holds nothing of it.');
const NOT_AWS = none('It is an object of Kubernetes; AWS has no call for it.');
const NOT_CLOUDFORMATION = none('CloudFormation does not manage objects inside the cluster.');
const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';

// ── Annotations ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface AnnotationChange {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
  /** Undefined: taken away. */
  readonly value: string | undefined;
}

export function annotationTexts(where: Where, change: AnnotationChange): ToolTexts {
  const { namespace, name, key, value } = change;
  const start = kubectl(where, namespace, `annotate serviceaccount ${shellWord(name)}`);
  return {
    awsCli: NOT_AWS,
    kubectl: text(
      value === undefined ? `${start} ${shellWord(`${key}-`)}` : `${start} ${shellWord(`${key}=${value}`)} --overwrite`,
    ),
    eksctl:
      key === ROLE_ANNOTATION && value !== undefined
        ? text(
            commandLine('eksctl create iamserviceaccount', [
              ['--cluster', where.cluster],
              ['--region', where.region],
              ['--namespace', namespace],
              ['--name', name],
              ['--attach-role-arn', value],
              ['--override-existing-serviceaccounts', true],
              ['--approve', true],
            ]),
          )
        : none('eksctl sets the role annotation only.'),
    terraform: text(
      block(`resource "kubernetes_annotations" ${hcl(identifier(namespace, name))}`, [
        'api_version = "v1"',
        'kind        = "ServiceAccount"',
        ...block('metadata', [`name      = ${hcl(name)}`, `namespace = ${hcl(namespace)}`]),
        value === undefined ? `annotations = {} # without ${key}` : `annotations = { ${hcl(key)} = ${hcl(value)} }`,
        'force       = true',
      ]).join('\n'),
    ),
    cloudFormation: NOT_CLOUDFORMATION,
  };
}

// ── Associations ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** An association as it will be. */
export interface WholeAssociation extends AssociationFields {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly tags?: Readonly<Record<string, string>>;
}

export function createAssociationTexts(where: Where, association: WholeAssociation): ToolTexts {
  const { namespace, serviceAccount, roleArn, targetRoleArn, disableSessionTags, policy, tags } = association;
  return {
    awsCli: text(
      commandLine('aws eks create-pod-identity-association', [
        ...awsWhere(where),
        ['--cluster-name', where.cluster],
        ['--namespace', namespace],
        ['--service-account', serviceAccount],
        ['--role-arn', roleArn],
        ['--target-role-arn', targetRoleArn || undefined],
        [
          disableSessionTags ? '--disable-session-tags' : '--no-disable-session-tags',
          disableSessionTags === undefined ? undefined : true,
        ],
        ['--policy', policy || undefined],
        ['--tags', tags && Object.keys(tags).length > 0 ? JSON.stringify(tags) : undefined],
      ]),
    ),
    kubectl: NOT_KUBERNETES,
    eksctl: text(
      commandLine('eksctl create podidentityassociation', [
        ['--cluster', where.cluster],
        ['--region', where.region],
        ['--namespace', namespace],
        ['--service-account-name', serviceAccount],
        ['--role-arn', roleArn],
        ['--target-role-arn', targetRoleArn || undefined],
        ['--disable-session-tags', disableSessionTags ? true : undefined],
      ]),
    ),
    terraform: text(terraformAssociation(where, association)),
    cloudFormation: text(cloudFormationAssociation(where, association)),
  };
}

/** `whole`: as it is after the update, for the tools that describe states. */
export function updateAssociationTexts(
  where: Where,
  id: string,
  fields: AssociationFields,
  whole: WholeAssociation,
): ToolTexts {
  const { roleArn, targetRoleArn, disableSessionTags, policy } = fields;
  return {
    awsCli: text(
      commandLine('aws eks update-pod-identity-association', [
        ...awsWhere(where),
        ['--cluster-name', where.cluster],
        ['--association-id', id],
        ['--role-arn', roleArn],
        ['--target-role-arn', targetRoleArn],
        [
          disableSessionTags ? '--disable-session-tags' : '--no-disable-session-tags',
          disableSessionTags === undefined ? undefined : true,
        ],
        ['--policy', policy],
      ]),
    ),
    kubectl: NOT_KUBERNETES,
    eksctl:
      roleArn === undefined
        ? none('eksctl updates the role of an association only.')
        : text(
            commandLine('eksctl update podidentityassociation', [
              ['--cluster', where.cluster],
              ['--region', where.region],
              ['--namespace', whole.namespace],
              ['--service-account-name', whole.serviceAccount],
              ['--role-arn', roleArn],
            ]),
          ),
    terraform: text(
      `${importBlock(`aws_eks_pod_identity_association.${identifier(whole.namespace, whole.serviceAccount)}`, `${where.cluster},${id}`)}\n\n${terraformAssociation(where, whole)}`,
    ),
    cloudFormation: text(cloudFormationAssociation(where, whole)),
  };
}

export function deleteAssociationTexts(
  where: Where,
  id: string,
  { namespace, serviceAccount }: Pick<WholeAssociation, 'namespace' | 'serviceAccount'>,
): ToolTexts {
  return {
    awsCli: text(
      commandLine('aws eks delete-pod-identity-association', [
        ...awsWhere(where),
        ['--cluster-name', where.cluster],
        ['--association-id', id],
      ]),
    ),
    kubectl: NOT_KUBERNETES,
    eksctl: text(
      commandLine('eksctl delete podidentityassociation', [
        ['--cluster', where.cluster],
        ['--region', where.region],
        ['--namespace', namespace],
        ['--service-account-name', serviceAccount],
      ]),
    ),
    terraform: text(
      block('removed', [
        `from = aws_eks_pod_identity_association.${identifier(namespace, serviceAccount)}`,
        ...block('lifecycle', ['destroy = true']),
      ]).join('\n'),
    ),
    cloudFormation: none('Take the AWS::EKS::PodIdentityAssociation out of its template and update the stack.'),
  };
}

function terraformAssociation(where: Where, association: WholeAssociation): string {
  const { namespace, serviceAccount, roleArn, targetRoleArn, disableSessionTags, policy, tags } = association;
  return block(`resource "aws_eks_pod_identity_association" ${hcl(identifier(namespace, serviceAccount))}`, [
    `cluster_name    = ${hcl(where.cluster)}`,
    `namespace       = ${hcl(namespace)}`,
    `service_account = ${hcl(serviceAccount)}`,
    `role_arn        = ${hcl(roleArn)}`,
    ...(targetRoleArn ? [`target_role_arn = ${hcl(targetRoleArn)}`] : []),
    ...(disableSessionTags ? ['disable_session_tags = true'] : []),
    ...(policy ? [`policy = ${hcl(policy)}`] : []),
    ...(tags && Object.keys(tags).length > 0 ? [`tags = ${hclValue(tags)}`] : []),
  ]).join('\n');
}

function cloudFormationAssociation(where: Where, association: WholeAssociation): string {
  const { namespace, serviceAccount, roleArn, targetRoleArn, disableSessionTags, policy, tags } = association;
  return template(`${logicalId(namespace, serviceAccount)}Association`, 'AWS::EKS::PodIdentityAssociation', [
    ['ClusterName', where.cluster],
    ['Namespace', namespace],
    ['ServiceAccount', serviceAccount],
    ['RoleArn', roleArn],
    ['TargetRoleArn', targetRoleArn || undefined],
    ['DisableSessionTags', disableSessionTags || undefined],
    ['Policy', policy || undefined],
    [
      'Tags',
      tags && Object.keys(tags).length > 0 ? Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) : undefined,
    ],
  ]);
}

// ── Trust policies ─────────────────────────────────────────────────────────────────────────────────────────────────────

export function trustPolicyTexts(
  where: Where,
  role: { readonly name: string; readonly path: string },
  document: string,
): ToolTexts {
  const { name, path } = role;
  const value: unknown = JSON.parse(document);
  return {
    awsCli: text(
      commandLine('aws iam update-assume-role-policy', [
        ...awsWhere({ ...where, region: undefined }),
        ['--role-name', name],
        ['--policy-document', JSON.stringify(value)],
      ]),
    ),
    kubectl: NOT_KUBERNETES,
    eksctl: none('eksctl writes trust policies of the roles it makes, and cannot be told one.'),
    terraform: text(
      `${importBlock(`aws_iam_role.${identifier(name)}`, name)}\n\n${block(
        `resource "aws_iam_role" ${hcl(identifier(name))}`,
        [
          `name = ${hcl(name)}`,
          ...(path === '/' ? [] : [`path = ${hcl(path)}`]),
          `assume_role_policy = jsonencode(${hclValue(value)})`,
        ],
      ).join('\n')}`,
    ),
    cloudFormation: text(
      template(`${logicalId(name)}Role`, 'AWS::IAM::Role', [
        ['RoleName', name],
        ['Path', path === '/' ? undefined : path],
        ['AssumeRolePolicyDocument', value],
      ]),
    ),
  };
}

// ── Restarts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export function restartTexts(
  where: Where,
  namespace: string,
  workload: { readonly kind: RestartableKind; readonly name: string },
  at: string,
): ToolTexts {
  const what = `${workload.kind.toLowerCase()}/${workload.name}`;
  return {
    awsCli: NOT_AWS,
    kubectl: text(kubectl(where, namespace, `rollout restart ${shellWord(what)}`)),
    eksctl: none('eksctl does not restart workloads.'),
    terraform: text(templateAnnotation(namespace, workload, { 'kubectl.kubernetes.io/restartedAt': at })),
    cloudFormation: NOT_CLOUDFORMATION,
  };
}

export function undoRestartTexts(
  where: Where,
  namespace: string,
  workload: { readonly kind: RestartableKind; readonly name: string },
  before: string | undefined,
): ToolTexts {
  const what = `${workload.kind.toLowerCase()}/${workload.name}`;
  return {
    awsCli: NOT_AWS,
    kubectl: text(kubectl(where, namespace, `rollout undo ${shellWord(what)}`)),
    eksctl: none('eksctl does not restart workloads.'),
    terraform: text(
      templateAnnotation(
        namespace,
        workload,
        before === undefined ? {} : { 'kubectl.kubernetes.io/restartedAt': before },
      ),
    ),
    cloudFormation: NOT_CLOUDFORMATION,
  };
}

function templateAnnotation(
  namespace: string,
  { kind, name }: { readonly kind: RestartableKind; readonly name: string },
  annotations: Readonly<Record<string, string>>,
): string {
  return block(`resource "kubernetes_annotations" ${hcl(identifier(namespace, name))}`, [
    'api_version = "apps/v1"',
    `kind        = ${hcl(kind)}`,
    ...block('metadata', [`name      = ${hcl(name)}`, `namespace = ${hcl(namespace)}`]),
    `template_annotations = ${hclValue(annotations)}`,
    'force = true',
  ]).join('\n');
}

// ── Words of the tools ─────────────────────────────────────────────────────────────────────────────────────────────────

function kubectl(where: Where, namespace: string, rest: string): string {
  const { context, cluster } = where;
  const first = where.withoutKubeconfig
    ? `${commandLine('aws eks update-kubeconfig', [['--name', cluster], ...awsWhere(where), ['--alias', context]])}\n`
    : '';
  return `${first}kubectl --context ${shellWord(context)} --namespace ${shellWord(namespace)} ${rest}`;
}

function awsWhere({ region, profile }: Where): (readonly [string, string | undefined])[] {
  return [
    ['--profile', profile],
    ['--region', region],
  ];
}

function block(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`), '}'];
}

function importBlock(to: string, id: string): string {
  return block('import', [`to = ${to}`, `id = ${hcl(id)}`]).join('\n');
}

/** A quoted string of HCL, in which nothing is a template. */
function hcl(value: string): string {
  return JSON.stringify(value)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', '%%{');
}

/** JSON as an expression of HCL. */
function hclValue(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', '%%{');
}

function template(id: string, type: string, properties: readonly (readonly [string, unknown])[]): string {
  return [
    'Resources:',
    `  ${id}:`,
    `    Type: ${type}`,
    '    Properties:',
    ...properties.flatMap(([key, value]) =>
      value === undefined ? [] : [`      ${key}: ${typeof value === 'string' ? scalar(value) : JSON.stringify(value)}`],
    ),
  ].join('\n');
}

/** Plain where YAML takes it for the same string, else in double quotes. */
function scalar(value: string): string {
  return /^(?:arn:|\/)?[A-Za-z][\w./@-]*(?:[:/][\w./@-]+)*$/.test(value) &&
    !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value);
}

function identifier(...parts: readonly string[]): string {
  const joined = parts.join('_').replace(/[^A-Za-z0-9_]/g, '_');
  return /^\d/.test(joined) ? `_${joined}` : joined;
}

function logicalId(...parts: readonly string[]): string {
  return parts
    .join('-')
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
