import type { CredentialStore } from '../facts/model.js';
import { isConditional } from '../syntax/templates.js';
import { display, onlyHole } from '../syntax/text.js';
import { type StringNode, sourceEnd, sourceOffset } from '../syntax/tree.js';
import { defineRule, type Report } from './rule.js';
import { findCredentials, isCredentialName } from './support/awsKeys.js';
import { isForeignEndpoint } from './support/endpoints.js';

const secret = (entries: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: importer\n  namespace: etl\nstringData:\n${entries}`;

export const secretStaticCredentials = defineRule({
  id: 'secret-static-credentials',
  severity: 'warning',
  scope: 'document',
  fix: 'none',
  docs: {
    summary: 'No Secret or ConfigMap holds AWS access keys.',
    why: "Such keys do not expire, and whoever may read the object or the repository has them. A role by the service account needs none. Keys beside the address of a stand-in for AWS (`AWS_ENDPOINT_URL: http://minio:9000`) are left open: they are that one's.",
    bad: { 'secret.yaml': secret('  AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE\n') },
    good: { 'secret.yaml': secret('  DB_HOST: db.example.com\n') },
    links: [
      'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html',
      'https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html',
    ],
  },
  check(facts, report) {
    for (const store of facts.credentialStores) {
      const elsewhere = store.entries.some(({ key, decoded }) => isForeignEndpoint(key.raw, decoded));
      for (const entry of store.entries) {
        if (entry.value.raw.trim() === '') continue;
        const found = findCredentials(entry.decoded ?? '');
        const named = isCredentialName(entry.key.raw);
        if (!found && (!named || elsewhere)) continue;
        // A chart's option for those who have nothing better: nobody knows whether it is taken.
        if (!found && onlyHole(entry.value.text) && isConditional(entry.key.document.text, 0, entry.key.start))
          continue;
        report({
          at: found && !named ? part(entry, found) : entry.value,
          message: `${store.kind} ${nameOf(store)}holds AWS keys in '${entry.key.raw}'; give the pods a role by their service account instead.`,
        });
      }
    }
  },
});

function nameOf({ metadata: { name } }: CredentialStore): string {
  return name ? `'${display(name.text)}' ` : '';
}

/** The key inside of a longer text; all of it where it is encoded. */
function part(
  { value, decoded }: CredentialStore['entries'][number],
  { start, end }: { start: number; end: number },
): Report['at'] {
  if (decoded !== plain(value)) return value;
  return { document: value.document, start: sourceOffset(value, start), end: sourceEnd(value, end) };
}

function plain(value: StringNode): string {
  return value.raw;
}
