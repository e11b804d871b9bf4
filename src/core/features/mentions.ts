import type { Annotation, Facts, Metadata, Statement } from '../facts/model.js';
import { parseConditionKey } from '../iam/conditionKey.js';
import { parseSubject } from '../iam/names.js';
import type { Text } from '../syntax/text.js';
import { type Place, placeOf, type StringNode } from '../syntax/tree.js';
import { ROLE_ARN } from '../workspace/placing.js';

/** Something in a file that has a meaning of its own: what hover, definition, references and rename are about. */
export type Mention = { readonly node: StringNode; readonly place: Place } & (
  | {
      readonly kind: 'account';
      readonly use: 'definition' | 'workload' | 'association' | 'subject';
      readonly namespace: Text | undefined;
      readonly name: Text;
    }
  | { readonly kind: 'role'; readonly use: 'definition' | 'annotation' | 'association' }
  | { readonly kind: 'provider' }
  | { readonly kind: 'service' }
  | { readonly kind: 'action' }
  | { readonly kind: 'operator' }
  | { readonly kind: 'condition-key'; readonly claim: 'sub' | 'aud' | 'other' }
  | { readonly kind: 'condition-value'; readonly claim: 'sub' | 'aud' | 'other'; readonly key: StringNode }
  | { readonly kind: 'annotation-key' }
);

type Loose<S> = S extends unknown ? Omit<S, 'place'> : never;

const known = new WeakMap<Facts, readonly Mention[]>();

/** In no particular order; made once for the facts. */
export function mentionsOf(facts: Facts): readonly Mention[] {
  let mentions = known.get(facts);
  if (!mentions) {
    mentions = [...collect(facts)].map((mention) => ({ ...mention, place: placeOf(mention.node) }) as Mention);
    known.set(facts, mentions);
  }
  return mentions;
}

/** The smallest one round the offset. */
export function mentionAt(facts: Facts, file: string, offset: number): Mention | undefined {
  return mentionsOf(facts)
    .filter(({ place }) => place.file === file && place.start <= offset && offset <= place.end)
    .sort((a, b) => a.place.end - a.place.start - (b.place.end - b.place.start))[0];
}

function* collect(facts: Facts): Generator<Loose<Mention>> {
  for (const policy of facts.trustPolicies) for (const statement of policy.statements) yield* ofStatement(statement);
  for (const role of facts.roles) if (role.name) yield { kind: 'role', use: 'definition', node: role.name };
  for (const account of facts.serviceAccounts) {
    const { metadata } = account;
    if (metadata.name)
      yield {
        kind: 'account',
        use: 'definition',
        node: metadata.name,
        namespace: metadata.namespace?.text,
        name: metadata.name.text,
      };
    yield* ofAnnotations(metadata);
  }
  for (const workload of facts.workloads) {
    const name = workload.serviceAccountName;
    if (name)
      yield {
        kind: 'account',
        use: 'workload',
        node: name,
        namespace: workload.metadata.namespace?.text,
        name: name.text,
      };
  }
  for (const { serviceAccount, namespace, roleArn } of facts.associations) {
    if (serviceAccount)
      yield {
        kind: 'account',
        use: 'association',
        node: serviceAccount,
        namespace: namespace?.text,
        name: serviceAccount.text,
      };
    if (roleArn) yield { kind: 'role', use: 'association', node: roleArn };
  }
}

function* ofStatement(statement: Statement): Generator<Loose<Mention>> {
  for (const { type, value } of statement.principals) {
    if (type === 'Federated') yield { kind: 'provider', node: value };
    else if (type === 'Service') yield { kind: 'service', node: value };
  }
  for (const node of statement.actions) yield { kind: 'action', node };
  const operators = new Set<StringNode>();
  for (const condition of statement.conditions) {
    const parsed = parseConditionKey(condition.key.text);
    const claim =
      parsed.kind === 'claim' && (parsed.claim === 'sub' || parsed.claim === 'aud') ? parsed.claim : 'other';
    if (!operators.has(condition.operator)) yield { kind: 'operator', node: condition.operator };
    operators.add(condition.operator);
    yield { kind: 'condition-key', node: condition.key, claim };
    for (const node of condition.values) {
      if (node.kind !== 'string') continue;
      const subject = claim === 'sub' ? parseSubject(node.text) : undefined;
      if (subject?.kind === 'account')
        yield { kind: 'account', use: 'subject', node, namespace: subject.namespace, name: subject.name };
      else yield { kind: 'condition-value', node, claim, key: condition.key };
    }
  }
}

function* ofAnnotations({ annotations }: Metadata): Generator<Loose<Mention>> {
  for (const { key, value } of annotations as readonly Annotation[]) {
    if (!key.raw.startsWith('eks.amazonaws.com/')) continue;
    yield { kind: 'annotation-key', node: key };
    if (key.raw === ROLE_ARN && value?.kind === 'string' && value.raw !== '')
      yield { kind: 'role', use: 'annotation', node: value };
  }
}
