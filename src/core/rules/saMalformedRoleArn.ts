import type { Facts } from '../facts/model.js';
import { checkRoleArn, PARTITIONS, partitionNamed } from '../iam/arn.js';
import { nearestWords } from '../iam/distance.js';
import { type Edit, inFile, replacePart, replaceString } from '../syntax/edits.js';
import { display, literalOf, textOf } from '../syntax/text.js';
import type { StringNode } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix, type Spanned } from './rule.js';
import { accountAnnotations } from './support/accountAnnotations.js';
import { ROLE_ARN } from './support/annotationKeys.js';
import { accountYaml } from './support/manifestExamples.js';
import { ACCOUNT_PLACEHOLDER, arnOfRole, ROLE_PLACEHOLDER, roleArn } from './support/roleArns.js';

export const saMalformedRoleArn = defineRule({
  id: 'sa-malformed-role-arn',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary:
      "The annotation 'eks.amazonaws.com/role-arn' holds the ARN of an IAM role, with its path and without blanks.",
    why: 'The EKS webhook only logs a warning and injects the value as it stands, blanks included. Every call to AWS STS then fails.',
    awsSays:
      'An error occurred (ValidationError) when calling the AssumeRoleWithWebIdentity operation: Request ARN is invalid',
    bad: { 'sa.yaml': accountYaml('reports', 'finance', [`${ROLE_ARN}: arn:aws:iam::1111:role/reports`]) },
    good: { 'sa.yaml': accountYaml('reports', 'finance', [`${ROLE_ARN}: arn:aws:iam::111122223333:role/reports`]) },
    links: [
      'https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html',
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html',
    ],
  },
  looksAt: ['serviceAccounts', 'kustomizations', 'jsonPatches'],
  check(facts, report, workspace) {
    for (const { key, value } of accountAnnotations(facts)) {
      // An empty value is the same as none, says the webhook.
      if (key.raw !== ROLE_ARN || value?.kind !== 'string' || value.raw === '') continue;
      const verdict = checkRoleArn(value.text);
      if (verdict.ok !== 'no') continue;
      const reference = nameReference(key, value, facts);
      if (reference) {
        report({
          at: reference,
          message: `'${reference.text}' is the role's name, not its ARN; it should be '${reference.meant}'.`,
          fixes: () => [
            {
              title: `Change to '${reference.meant}'`,
              safety: 'suggested',
              edits: [inFile(reference.document, { ...reference, newText: reference.meant })],
            },
          ],
        });
        continue;
      }
      report({
        at: value,
        message: `'${display(value.text).replace(/\n/g, '\\n')}' is no role ARN: ${verdict.reason}. It should read 'arn:aws:iam::ACCOUNT:role/NAME'.`,
        fixes: () => (verdict.problem === 'blanks' ? withoutBlanks(value) : repairs(value, workspace)),
      });
    }
  },
});

/** Terraform's `aws_iam_role.x.name` where its `arn` belongs: the name itself, where it is defined, is right. */
function nameReference(
  key: StringNode,
  value: StringNode,
  facts: Facts,
): (Spanned & { readonly text: string; readonly meant: string }) | undefined {
  if (
    key.document.language !== 'hcl' ||
    (value.document === key.document && value.start > key.end && value.start - key.end < 8)
  )
    return undefined;
  const role = facts.roles.some(({ name }) => name && name.document === value.document && name.start === value.start);
  const typed = /^\s*[=:]\s*("\$\{)?([\w.\-[\]"]+)\.(?:name|id)\b/.exec(
    key.document.text.slice(key.end, key.end + 400),
  );
  if (!role || !typed) return undefined;
  const end = key.end + typed[0].length;
  const text = `${typed[2]}${typed[0].slice(typed[0].lastIndexOf('.'))}`;
  return { document: key.document, start: end - text.length, end, text, meant: `${typed[2]}.arn` };
}

function withoutBlanks(value: StringNode): Fix[] {
  const known = literalOf(value.text);
  const edits: Edit[] =
    known === undefined
      ? [...value.raw.matchAll(/\s+/g)].map((run) => replacePart(value, run.index, run.index + run[0].length, ''))
      : [replaceString(value, known.replace(/\s+/g, ''))];
  const left = value.text.map((part) => (typeof part === 'string' ? part.replace(/\s+/g, '') : part));
  // What is wrong behind the blanks is not for a safe fix to guess.
  const safety = checkRoleArn(left.filter((part) => part !== '')).ok === 'no' ? 'suggested' : 'safe';
  return [{ title: 'Remove the blanks', safety, edits }];
}

function repairs(value: StringNode, workspace: Workspace): Fix[] {
  const known = literalOf(value.text);
  if (known === undefined) return withAccount(value);
  const wanted = partsOf(known.replace(/[\s'"`]+/g, ''));
  const candidates = new Set<string>();
  for (const role of wanted.name === undefined ? [] : workspace.rolesNamed(wanted.name)) {
    const arn = arnOfRole(role);
    if (arn?.known) candidates.add(arn.arn);
  }
  const guess = roleArn(wanted.account ?? ACCOUNT_PLACEHOLDER, wanted.name ?? ROLE_PLACEHOLDER, wanted);
  const certain = wanted.account !== undefined && wanted.name !== undefined;
  if (certain || candidates.size === 0)
    candidates.add(checkRoleArn(textOf(guess)).ok === 'no' ? roleArn(ACCOUNT_PLACEHOLDER, ROLE_PLACEHOLDER) : guess);
  return [...candidates].map((arn) => ({
    title: `Change to '${arn}'`,
    safety: 'suggested',
    edits: [replaceString(value, arn)],
    ...(arn.includes(ACCOUNT_PLACEHOLDER) || arn.includes(ROLE_PLACEHOLDER) ? { placeholder: true as const } : {}),
  }));
}

/** Beside what is not known, an account of the wrong length can be left to be filled in. */
function withAccount(value: StringNode): Fix[] {
  const found = /^arn:[\w-]+:iam::(\d+)(?=:role\/)/.exec(value.raw);
  if (!found) return [];
  const from = found[0].length - found[1]!.length;
  return [
    {
      title: `Change the account to '${ACCOUNT_PLACEHOLDER}', which is yours to fill in`,
      safety: 'suggested',
      edits: [replacePart(value, from, found[0].length, ACCOUNT_PLACEHOLDER)],
      placeholder: true,
    },
  ];
}

/** Whatever can be recognised of a role in something that is no role ARN. */
function partsOf(value: string): {
  account: string | undefined;
  name: string | undefined;
  partition: string;
  path: string;
} {
  const partition = partitionOf(/^arn:([^:]*):/i.exec(value)?.[1]);
  const account = /(?<!\d)\d{12}(?!\d)/.exec(value.replace(/(?<=\d)-(?=\d{4})/g, ''))?.[0];
  const tail = value.slice(value.lastIndexOf(':') + 1).replace(/^\/+|\/+$/g, '');
  const segments = tail.split('/').filter((part) => part !== '');
  const kind = segments[0]?.toLowerCase() ?? '';
  if (segments.length > 1 && KINDS.test(kind)) segments.shift();
  // An assumed role's ARN ends with the session.
  if (kind === 'assumed-role' && segments.length > 1) segments.length = 1;
  const name = segments.pop();
  const usable =
    name !== undefined && /^[\w+=,.@-]{1,64}$/.test(name) && !/^\d{12}$/.test(name) && !KINDS.test(name.toLowerCase());
  const path = segments.every((part) => /^[!-~]+$/.test(part)) && segments.length > 0 ? `/${segments.join('/')}/` : '/';
  return { account, name: usable ? name : undefined, partition, path };
}

const KINDS =
  /^(?:rol|roles?|roel|assumed-role|polic(?:y|ies)|instance-profiles?|users?|groups?|oidc-provider|cluster|arn|iam|root)$/;

function partitionOf(typed: string | undefined): string {
  if (typed === undefined || partitionNamed(typed)) return typed ?? 'aws';
  const word = typed.toLowerCase();
  if (/china|cn/.test(word)) return 'aws-cn';
  if (/gov/.test(word)) return 'aws-us-gov';
  return (
    nearestWords(
      word,
      PARTITIONS.map(({ name }) => name),
      1,
    )[0] ?? 'aws'
  );
}
