import type { Metadata } from '../facts/model.js';
import { type Edit, renameKey } from '../syntax/edits.js';
import type { StringNode, SyntaxNode } from '../syntax/tree.js';
import { defineRule, type Fix } from './rule.js';
import {
  annotationNamed,
  flatten,
  memberOf,
  merged,
  removeMember,
  rename,
  setAnnotation,
  wrap,
} from './support/annotationEdits.js';
import { ROLE_ARN, worksOnPods } from './support/annotationKeys.js';
import { accountYaml } from './support/manifestExamples.js';
import {
  inAnnotation,
  isWellSpelled,
  type Misspelled,
  misspelledInPatches,
  misspelledOn,
  typedKey,
} from './support/misspelled.js';
import { typed } from './support/typed.js';

const ARN = 'arn:aws:iam::111122223333:role/thumbnailer';

export const saMisspelledAnnotation = defineRule({
  id: 'sa-misspelled-annotation',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "The webhook's annotations are spelled exactly as it reads them, and stand under 'metadata.annotations'.",
    why: 'Kubernetes takes any key. The webhook looks for its own only and leaves the pods without the role, so that they fall back to that of the node.',
    bad: { 'sa.yaml': accountYaml('thumbnailer', 'media', [`eks.amazonaws.com/rolearn: ${ARN}`]) },
    good: { 'sa.yaml': accountYaml('thumbnailer', 'media', [`${ROLE_ARN}: ${ARN}`]) },
    links: [
      'https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html',
      'https://github.com/aws/amazon-eks-pod-identity-webhook#eks-walkthrough',
    ],
  },
  check(facts, report) {
    const found: Misspelled[] = [];
    for (const account of facts.serviceAccounts) found.push(...misspelledOn(account));
    if (facts.kustomizations.length + facts.jsonPatches.length > 0) found.push(...misspelledInPatches(facts));
    for (const { podMetadata: metadata } of facts.workloads) {
      for (const annotation of metadata?.annotations ?? []) {
        if (isWellSpelled(annotation)) continue;
        // What works on no pod is misplaced, however it is spelled.
        for (const one of inAnnotation(annotation))
          if (worksOnPods(one.meant)) found.push(metadata ? { ...one, metadata } : one);
      }
    }
    if (found.length === 0) return;
    const outers = new Set<StringNode>();
    for (const one of found) {
      const whole = one.key !== one.inner && !outers.has(one.key);
      outers.add(one.key);
      report({
        at: whole ? { document: one.key.document, start: one.key.start, end: one.inner.end } : one.inner,
        message: `'${typedKey(one)}' ${REASONS[one.problem]} '${shouldBe(one)}'${ON_ITSELF.has(one.problem) ? '' : " right under 'metadata.annotations'"}.`,
        fixes: () => repair(one),
      });
    }
  },
});

const REASONS = {
  key: 'is no annotation that the EKS webhook reads; it should be',
  label: 'is a label, which the EKS webhook does not read; it should be the annotation',
  place: 'stands where nobody reads it; it should be the annotation',
  pointer: "is two steps of a path, as the slash of a key is written '~1' there; it should be",
  nested: 'is a mapping, and annotations are strings; it should be the one key',
} as const;

const ON_ITSELF: ReadonlySet<Misspelled['problem']> = new Set(['key', 'pointer']);

function shouldBe({ meant, problem }: Misspelled): string {
  return problem === 'pointer' ? meant.replaceAll('/', '~1') : meant;
}

function repair(one: Misspelled): Fix[] {
  const { key, meant, metadata } = one;
  if (one.problem === 'pointer') {
    const edits = rename(key, meant);
    return edits.length === 0 ? [] : [{ title: "Write the slash as '~1'", safety: 'suggested', edits }];
  }
  const there = metadata && annotationNamed(metadata, meant)?.value !== undefined;
  if (there)
    return [{ title: `Remove it: '${meant}' is there already`, safety: 'suggested', edits: removeMember(key) }];
  const edits = move(one);
  if (edits.length === 0) return [];
  const title = one.problem === 'key' ? `Rename to '${meant}'` : `Make it the annotation '${meant}'`;
  return [{ title, safety: 'suggested', edits }];
}

function move(one: Misspelled): Edit[] {
  const { key, inner, meant, metadata, whole } = one;
  if (one.problem === 'key') return rename(key, meant);
  const own = memberOf(key);
  if (!own) return [];
  const value = sourceOf(one.value);
  if (value === undefined) return [];
  const outer = outermostMember(inner, metadata);
  // `annotation:` in the place of `annotations:` has all of it right but the name.
  if (
    one.problem === 'place' &&
    key === inner &&
    outer &&
    outer.member.key !== key &&
    metadata &&
    !metadata.annotationsNode
  ) {
    if (outer.object === metadata.node) return [renameKey(outer.member, 'annotations')];
  }
  if (one.problem === 'nested') {
    const siblings = [...inAnnotation(outer?.member ?? own.member)].filter(
      (each) => !metadata || !annotationNamed(metadata, each.meant),
    );
    const entries = siblings.flatMap((each) => {
      const text = sourceOf(each.value);
      return text === undefined ? [] : [{ key: each.meant, value: text }];
    });
    return outer && entries.length === leaves(outer.member.value) ? flatten(outer.member, entries) : [];
  }
  if (!metadata || !whole) return [];
  // The only label: its mapping becomes that of the annotations.
  const labels = one.problem === 'label' && own.object.properties.length === 1 && !metadata.annotationsNode;
  if (labels && outer && outer.object === metadata.node) return [renameKey(outer.member, 'annotations')];
  if (one.problem === 'place' && own.object === metadata.node && !metadata.annotationsNode)
    return wrap(own.member, 'annotations', meant, value);
  return merged([...removeMember(inner), ...setAnnotation(metadata, whole, meant, value, inner)]);
}

/** The member of the annotations (or of the metadata) in which a nested key stands. */
function outermostMember(inner: StringNode, metadata: Metadata | undefined): ReturnType<typeof memberOf> {
  for (let at = memberOf(inner); at; ) {
    const { object } = at;
    if (object === metadata?.annotationsNode || object === metadata?.node) return at;
    const holder: SyntaxNode | undefined = object.parent;
    const member = holder?.kind === 'object' ? holder.properties.find(({ value }) => value === object) : undefined;
    if (holder?.kind !== 'object' || !member) return undefined;
    at = { object: holder, member };
  }
  return undefined;
}

function leaves(value: SyntaxNode | undefined): number {
  return value?.kind === 'object' ? value.properties.reduce((sum, each) => sum + leaves(each.value), 0) : 1;
}

function sourceOf(value: SyntaxNode | undefined): string | undefined {
  if (value?.kind === 'string') return typed(value);
  return value?.kind === 'number' || value?.kind === 'boolean' ? value.source : undefined;
}
