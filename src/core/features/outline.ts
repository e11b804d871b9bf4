import type { Facts } from '../facts/model.js';
import { display } from '../syntax/text.js';
import { type Place, placeOf } from '../syntax/tree.js';

export interface OutlineItem {
  readonly name: string;
  readonly detail: string;
  readonly kind: 'policy' | 'statement' | 'account' | 'workload' | 'association';
  readonly place: Place;
  /** What is selected; within `place`. */
  readonly selection: Place;
  readonly children: readonly OutlineItem[];
}

/** What the file says of workload identity, as an outline. */
export function outlineOf(facts: Facts, file: string): readonly OutlineItem[] {
  const items: OutlineItem[] = [];
  const add = (item: Omit<OutlineItem, 'children'> & { children?: readonly OutlineItem[] }) => {
    if (item.place.file === file && item.selection.file === file) items.push({ children: [], ...item });
  };
  for (const policy of facts.trustPolicies) {
    const place = placeOf(policy.node);
    add({
      name: policy.role?.name ? `trust policy of ${display(policy.role.name.text)}` : 'trust policy',
      detail: '',
      kind: 'policy',
      place,
      selection: place,
      children: policy.statements.map((statement) => {
        const own = placeOf(statement.node);
        const principals = statement.principals.map(({ value }) =>
          display(value.text).replace(/^.*oidc-provider\//, ''),
        );
        return {
          name: `statement ${statement.index + 1}`,
          detail: `${statement.effectValue} ${principals.join(', ')}`,
          kind: 'statement',
          place: own,
          selection: own,
          children: [],
        };
      }),
    });
  }
  const named = (metadata: {
    namespace?: { text: Parameters<typeof display>[0] };
    name?: { text: Parameters<typeof display>[0] };
  }) =>
    [metadata.namespace && display(metadata.namespace.text), metadata.name ? display(metadata.name.text) : '?']
      .filter(Boolean)
      .join('/');
  for (const { metadata, node } of facts.serviceAccounts) {
    add({
      name: named(metadata),
      detail: 'ServiceAccount',
      kind: 'account',
      place: placeOf(node),
      selection: placeOf(metadata.name ?? node),
    });
  }
  for (const { kind, metadata, node } of facts.workloads) {
    add({
      name: named(metadata),
      detail: kind,
      kind: 'workload',
      place: placeOf(node),
      selection: placeOf(metadata.name ?? node),
    });
  }
  for (const { node, namespace, serviceAccount } of facts.associations) {
    const name = [namespace && display(namespace.text), serviceAccount ? display(serviceAccount.text) : '?']
      .filter(Boolean)
      .join('/');
    add({
      name,
      detail: 'Pod Identity association',
      kind: 'association',
      place: placeOf(node),
      selection: placeOf(serviceAccount ?? node),
    });
  }
  return items.sort((a, b) => a.place.start - b.place.start);
}
