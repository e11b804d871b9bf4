import type { PermissionStatement } from '../facts/model.js';
import { replacePart } from '../syntax/edits.js';
import { display, literalOf, onlyHole, type Text } from '../syntax/text.js';
import type { StringNode } from '../syntax/tree.js';
import { defineRule, type Reporter } from './rule.js';
import { roleWith } from './support/permissionExamples.js';
import { typed } from './support/typed.js';

export const policyS3ArnMismatch = defineRule({
  id: 'policy-s3-arn-mismatch',
  severity: 'warning',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: "Actions on objects are allowed on 'BUCKET/*', actions on buckets on 'BUCKET'.",
    why: "S3 compares the action with the ARN of what it acts on: an object's has a slash behind the bucket, a bucket's has none. The statement allows nothing otherwise.",
    awsSays: 'An error occurred (AccessDenied) when calling the GetObject operation: Access Denied',
    bad: { 'template.json': roleWith({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::shop-cart' }) },
    good: {
      'template.json': roleWith({
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:ListBucket'],
        Resource: ['arn:aws:s3:::shop-cart', 'arn:aws:s3:::shop-cart/*'],
      }),
    },
    links: [
      'https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html',
      'https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html',
    ],
  },
  check(facts, report, workspace) {
    for (const policy of facts.permissionPolicies) {
      if (!workspace.judges(policy)) continue;
      for (const statement of policy.statements) judge(statement, report);
    }
  },
});

type Kind = 'object' | 'bucket';

function judge({ effect, actions, resources }: PermissionStatement, report: Reporter): void {
  const kinds = resources.map(({ text }) => kindOfArn(text));
  if (effect !== 'Allow' || kinds.length === 0 || kinds.includes(undefined)) return;
  const read = actions.map((action) => ({ action, kind: kindOfAction(action) }));
  const wrong = read.filter(({ kind }) => kind !== undefined && !kinds.includes(kind));
  if (wrong.length === 0) return;
  const [first] = wrong;
  // All of one kind: the ARN is at fault. Else a second ARN is missing for some of the actions.
  if (wrong.length === actions.length && wrong.every(({ kind }) => kind === first!.kind)) {
    for (const resource of resources) {
      report({
        at: resource,
        message: `'${display(resource.text)}' is the ARN of ${first!.kind === 'object' ? 'a bucket' : 'objects'}, and '${first!.action.raw}' acts on ${first!.kind === 'object' ? "objects: it should end with '/*'" : "the bucket: it should have no '/*'"}.`,
        fixes: () => {
          if (resource.style === 'expression') return [];
          const { length } = resource.raw;
          const slash = resource.raw.indexOf('/');
          return first!.kind === 'object'
            ? [
                {
                  title: `Change to '${typed(resource)}/*'`,
                  safety: 'suggested',
                  edits: [replacePart(resource, length, length, '/*')],
                },
              ]
            : [
                {
                  title: "Remove what is behind the bucket's name",
                  safety: 'suggested',
                  edits: [replacePart(resource, slash, length, '')],
                },
              ];
        },
      });
    }
    return;
  }
  for (const { action, kind } of wrong) {
    report({
      at: action,
      message: `'${action.raw}' acts on ${kind === 'object' ? 'objects' : 'the bucket'}, and the statement has no such resource; '${kind === 'object' ? 'arn:aws:s3:::BUCKET/*' : 'arn:aws:s3:::BUCKET'}' should be among them.`,
    });
  }
}

/** Undefined where it may be either, or is no bucket's. */
function kindOfArn(text: Text): Kind | undefined {
  const hole = onlyHole(text);
  if (hole)
    return hole.attribute?.toLowerCase() === 'arn' && /aws_s3_bucket\b/.test(`${hole.address} ${hole.expression}`)
      ? 'bucket'
      : undefined;
  const [first] = text;
  const last = text.at(-1);
  const bucketArn =
    typeof first === 'string' ? /^arn:[^:]*:s3:::/.test(first) : first?.attribute?.toLowerCase() === 'arn';
  if (!bucketArn) return undefined;
  const known = literalOf(text);
  if (known !== undefined) {
    const name = known.replace(/^arn:[^:]*:s3:::/, '');
    if (name === '*' || name === '') return undefined;
    if (name.includes('/')) return 'object';
    // A star behind the bucket's name also takes the slash.
    return name.includes('*') ? undefined : 'bucket';
  }
  return typeof last === 'string' && last.includes('/') ? 'object' : undefined;
}

const OBJECT =
  /^s3:(?:(?:Get|Put|Delete|Restore|Replicate)Object(?:Version)?(?:Acl|Tagging|Retention|LegalHold|Attributes|Torrent)?|AbortMultipartUpload|ListMultipartUploadParts|BypassGovernanceRetention)$/i;
const BUCKET =
  /^s3:(?:ListBucket(?:Versions|MultipartUploads)?|GetBucket\w+|PutBucket\w+|DeleteBucket\w*|CreateBucket|Get(?:Lifecycle|Encryption|Replication|Accelerate|Analytics|Inventory|Metrics|IntelligentTiering)Configuration|Put(?:Lifecycle|Encryption|Replication|Accelerate|Analytics|Inventory|Metrics|IntelligentTiering)Configuration)$/i;

function kindOfAction({ text }: StringNode): Kind | undefined {
  const known = literalOf(text)?.replace(/\*$/, '');
  if (known === undefined) return undefined;
  return OBJECT.test(known) ? 'object' : BUCKET.test(known) ? 'bucket' : undefined;
}
