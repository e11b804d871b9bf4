import type { Container, CredentialStore, EnvironmentSource, EnvironmentVariable, Workload } from '../facts/model.js';
import type { Edit } from '../syntax/edits.js';
import { isConditional } from '../syntax/templates.js';
import { display, literalOf } from '../syntax/text.js';
import { literal, type StringNode } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix } from './rule.js';
import { findCredentials, isCredentialVariable } from './support/awsKeys.js';
import { isForeignEndpoint } from './support/endpoints.js';
import { removeListed, removeVariable, removeVariables } from './support/environmentEdits.js';
import { deploymentYaml } from './support/manifestExamples.js';

export const workloadStaticCredentials = defineRule({
  id: 'workload-static-credentials',
  severity: 'error',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: 'Containers get AWS credentials from their service account, not from keys in the environment.',
    why: "Keys in the environment come first in the chain of most SDKs, so that the role of the service account is never used. They do not expire, and everybody who may read the pod may read them. A chart's option and a Secret that need not exist (`optional: true`) are left open: nobody knows whether they bring keys. So are keys beside the address of a stand-in for AWS (`AWS_ENDPOINT_URL: http://minio:9000`): they are that one's.",
    bad: {
      'deploy.yaml': deploymentYaml('importer', 'etl', {
        container: [
          'env:',
          '  - name: AWS_ACCESS_KEY_ID',
          '    valueFrom:',
          '      secretKeyRef: { name: aws, key: id }',
        ],
      }),
    },
    good: { 'deploy.yaml': deploymentYaml('importer', 'etl', { account: 'importer' }) },
    links: [
      'https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html',
      'https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html',
    ],
  },
  check(facts, report, workspace) {
    for (const workload of facts.workloads) {
      for (const container of workload.containers) {
        if (container.envFrom.length === 0 && !container.env.some(({ name }) => isCredentialVariable(name.raw)))
          continue;
        const stores = container.envFrom.flatMap((source) => {
          const store = storeOf(source, workload, workspace);
          return store ? [{ source, store }] : [];
        });
        const elsewhere =
          container.env.some(({ name, value }) => isForeignEndpoint(name.raw, textOf(value))) ||
          stores.some(({ store }) => store.entries.some(({ key, decoded }) => isForeignEndpoint(key.raw, decoded)));
        const keys = container.env.flatMap((variable) => {
          const source = isCredentialVariable(variable.name.raw) ? sourceOf(variable) : undefined;
          if (source === undefined || isLeftOpen(container, variable)) return [];
          return elsewhere && !findCredentials(textOf(variable.value) ?? '') ? [] : [{ variable, source }];
        });
        for (const { variable, source } of keys) {
          report({
            at: variable.name,
            message: `'${variable.name.raw}' gives the container static AWS keys (${source}), which come before the role of its service account; leave it out and use the role.`,
            fixes: () => [
              ...removal(`Remove '${variable.name.raw}'`, removeVariable(variable)),
              ...(keys.length > 1
                ? removal("Remove all of the container's AWS keys", removeVariables(keys.map((each) => each.variable)))
                : []),
            ],
          });
        }
        for (const { source, store } of stores) {
          const prefix = source.prefix?.raw ?? '';
          const key = store.entries.find(
            (entry) =>
              isCredentialVariable(`${prefix}${entry.key.raw}`) &&
              !(elsewhere && !findCredentials(entry.decoded ?? '')),
          );
          if (!key) continue;
          const name = source.name ? display(source.name.text) : '';
          report({
            at: source.node,
            message: `${store.kind} '${name}' holds '${key.key.raw}' and gives the container static AWS keys, which come before the role of its service account; use the role.`,
            fixes: () => removal(`Do not take the environment from '${name}'`, removeListed(source)),
            related: [{ at: key.key, message: 'The key stands here.' }],
          });
        }
      }
    }
  },
});

function textOf(value: EnvironmentVariable['value']): string | undefined {
  return value?.kind === 'string' ? literalOf(value.text) : undefined;
}

/** A chart's option, or a Secret that need not exist: nobody knows whether the variable is set. */
function isLeftOpen({ node }: Container, { name, from }: EnvironmentVariable): boolean {
  return from?.optional === true || isConditional(name.document.text, node.start, name.start);
}

/** Where its value comes from, for the message; undefined where it brings no keys. */
function sourceOf({ value, from }: EnvironmentVariable): string | undefined {
  if (from) {
    if (from.kind === 'other') return undefined;
    const name = from.name ? ` '${display(from.name.text)}'` : '';
    return `from ${from.kind === 'secret' ? 'Secret' : 'ConfigMap'}${name}`;
  }
  if (!value || value.kind === 'null') return undefined;
  if (value.kind !== 'string') return 'as a literal';
  // Emptied on purpose: it takes keys away.
  return literalOf(value.text)?.trim() === '' ? undefined : 'as a literal';
}

function storeOf(source: EnvironmentSource, workload: Workload, workspace: Workspace): CredentialStore | undefined {
  const name = literal(source.name);
  if (name === undefined) return undefined;
  const kind = source.kind === 'secret' ? 'Secret' : 'ConfigMap';
  return workspace
    .credentialStores()
    .find(
      (store) =>
        store.kind === kind && literal(store.metadata.name) === name && sameNamespace(workload, store, workspace),
    );
}

/** Two that name none are applied to one and the same. */
function sameNamespace(workload: Workload, { metadata }: CredentialStore, workspace: Workspace): boolean {
  const own = workload.metadata.namespace;
  const other = metadata.namespace;
  if (!own && !other) return true;
  if (own && other) return spelled(own) === spelled(other);
  const wanted = literal(other);
  const variants = workspace.workloadOf(workload)?.variants ?? [];
  return (
    wanted !== undefined && variants.length > 0 && variants.every(({ namespace }) => literalOf(namespace) === wanted)
  );
}

function spelled(node: StringNode): string {
  return display(node.text);
}

function removal(title: string, edits: readonly Edit[]): Fix[] {
  return edits.length === 0 ? [] : [{ title, safety: 'suggested', edits }];
}
