import type { Annotation, Facts, Metadata, ServiceAccount } from '../../facts/model.js';
import { display, literalOf } from '../../syntax/text.js';
import type { ObjectNode, Property, StringNode, SyntaxNode } from '../../syntax/tree.js';
import { IDENTITY_KEYS, meantKey, worksOnAccounts } from './annotationKeys.js';

/** Something on a service account that is meant as an annotation of ours and is none. */
export interface Misspelled {
  /** The annotation's key as it should be. */
  readonly meant: string;
  readonly problem: 'key' | 'label' | 'place' | 'nested' | 'pointer';
  /** The wrong key; of a nested one the outer and the inner. */
  readonly key: StringNode;
  readonly inner: StringNode;
  readonly value: SyntaxNode | undefined;
  /** What holds it, for where it must go from there. */
  readonly metadata?: Metadata;
  readonly whole?: ObjectNode;
}

/** As it is typed: `eks.amazonaws.com/rolearn`, a nested one with its parts. */
export function typedKey({ key, inner }: Misspelled): string {
  return key === inner ? display(key.text) : `${display(key.text)} → ${display(inner.text)}`;
}

export function misspelledOn(account: ServiceAccount): readonly Misspelled[] {
  const { metadata, node: whole } = account;
  const found: Misspelled[] = [];
  for (const annotation of metadata.annotations)
    if (!isWellSpelled(annotation)) found.push(...inAnnotation(annotation));
  for (const { key, value } of metadata.labels) {
    if (!IDENTITY_KEYS.includes(key.raw) && meantKey(key.raw, value) === undefined) continue;
    const known = literalOf(key.text);
    if (known === undefined) continue;
    const meant = IDENTITY_KEYS.includes(known) ? known : meantKey(known, value);
    if (meant !== undefined && value?.kind !== 'object')
      found.push({ meant, problem: 'label', key, inner: key, value });
  }
  for (const member of metadata.others) found.push(...misplacedMember(member));
  if (metadata.node !== whole) {
    for (const member of whole.properties) {
      // Terraform's `kubernetes_annotations` has them beside the metadata.
      if (member.value && member.value === metadata.annotationsNode) continue;
      if (!isAccountField(member.key.raw)) found.push(...misplacedMember(member));
    }
  }
  return found.length === 0 ? found : found.map((one) => ({ ...one, metadata, whole }));
}

function isAccountField(key: string): boolean {
  switch (key) {
    case 'apiVersion':
    case 'kind':
    case 'metadata':
    case 'secrets':
    case 'imagePullSecrets':
    case 'automountServiceAccountToken':
      return true;
    default:
      return false;
  }
}

/** Most are: what is right, or has nothing to do with us, needs no closer look. */
export function isWellSpelled({ key, value }: Annotation): boolean {
  return value?.kind !== 'object' && (IDENTITY_KEYS.includes(key.raw) || meantKey(key.raw, value) === undefined);
}

/** A near miss among annotations, or a mapping in the place of a value. */
export function* inAnnotation({ key, value }: Annotation): Generator<Misspelled> {
  const known = literalOf(key.text);
  if (known === undefined) return;
  if (value?.kind === 'object') {
    yield* nested(key, [known], value);
    return;
  }
  const meant = meantKey(known, value);
  if (meant !== undefined) yield { meant, problem: 'key', key, inner: key, value };
}

function* nested(outer: StringNode, path: readonly string[], object: ObjectNode): Generator<Misspelled> {
  for (const { key, value } of object.properties) {
    const known = literalOf(key.text);
    if (known === undefined || path.length > 4) continue;
    if (value?.kind === 'object') {
      yield* nested(outer, [...path, known], value);
      continue;
    }
    if (IDENTITY_KEYS.includes(known)) {
      yield { meant: known, problem: 'nested', key, inner: key, value };
      continue;
    }
    const joined = [...path, known].join('/');
    const meant = IDENTITY_KEYS.includes(joined) ? joined : meantKey(joined, value);
    if (meant !== undefined) yield { meant, problem: 'nested', key: outer, inner: key, value };
  }
}

/** An annotation right under `metadata` or beside it, or under a misspelled `annotations`. */
function* misplacedMember({ key, value }: Property): Generator<Misspelled> {
  const known = literalOf(key.text);
  if (known === undefined) return;
  if (value?.kind === 'object') {
    for (const found of nested(key, [known], value)) yield { ...found, problem: 'place' };
    return;
  }
  // Any key of Kubernetes' own may be near `audience`; only whole keys count here.
  const meant = IDENTITY_KEYS.includes(known) ? known : known.includes('/') ? meantKey(known, value) : undefined;
  if (meant !== undefined) yield { meant, problem: 'place', key, inner: key, value };
}

/** Is there something in the place of a right annotation of that key? The rules that miss one then keep still. */
export function meansAnnotation(account: ServiceAccount, wanted: string): boolean {
  return misspelledOn(account).some(({ meant }) => meant === wanted);
}

/** What the patches of these facts add under a wrong key. */
export function* misspelledInPatches(facts: Facts): Generator<Misspelled> {
  for (const { patches, commonAnnotations } of facts.kustomizations) {
    for (const { target, adds } of patches) {
      for (const annotation of adds) {
        yield* unescaped(annotation);
        for (const found of inAnnotation(annotation)) {
          if (target?.kind === undefined || target.kind === 'ServiceAccount' || !worksOnAccounts(found.meant))
            yield found;
        }
      }
    }
    for (const annotation of commonAnnotations) yield* inAnnotation(annotation);
  }
  for (const { adds } of facts.jsonPatches) {
    for (const annotation of adds) {
      yield* unescaped(annotation);
      yield* inAnnotation(annotation);
    }
  }
}

/** `/metadata/annotations/eks.amazonaws.com/role-arn`: a slash in a pointer is a step, that of a key is written `~1`. */
function* unescaped({ key, value }: Annotation): Generator<Misspelled> {
  const typed = key.document.text.slice(key.start, key.end);
  if (IDENTITY_KEYS.includes(key.raw) && typed.includes(key.raw) && isOfPointer(key))
    yield { meant: key.raw, problem: 'pointer', key, inner: key, value };
}

function isOfPointer({ document, start }: StringNode): boolean {
  return document.text.slice(document.text.lastIndexOf('\n', start - 1) + 1, start).includes('/metadata/annotations/');
}
