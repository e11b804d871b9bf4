import type { Metadata, ServiceAccount, Workload } from '../facts/model.js';
import { onlyHole, type Text } from '../syntax/text.js';
import { outermost, type StringNode, type SyntaxNode } from '../syntax/tree.js';
import { exactKey, whoKey } from './keys.js';
import { nameIn, namespaceIn, type OverlayChain, type Overlays } from './overlays.js';
import type { Account, AccountVariant, PlacedWorkload } from './workspace.js';

export const ROLE_ARN = 'eks.amazonaws.com/role-arn';
export const AUDIENCE = 'eks.amazonaws.com/audience';

const UNKNOWN_NAMESPACE: Text = [{ expression: 'namespace' }];
const UNKNOWN_NAME: Text = [{ expression: 'name' }];
const DEFAULT: Text = ['default'];

/** Empty where no overlay reaches it: it is as it is typed. */
function chainsOf(fact: ServiceAccount | Workload, overlays: Overlays): readonly OverlayChain[] {
  return overlays.chainsOf(outermost(fact.node.document).file);
}

const NO_CHAIN: OverlayChain = [];

/** The account as the overlays make it. */
export function placeAccount(fact: ServiceAccount, overlays: Overlays): Account {
  const { metadata } = fact;
  const chains = chainsOf(fact, overlays);
  if (chains.length === 0) return { fact, variants: [asTyped(metadata)] };
  const variants = chains.map((chain): AccountVariant => {
    if (chain.length === 0) return asTyped(metadata);
    const patches = overlays.patchesFor(chain, 'ServiceAccount', metadata);
    const layers = [metadata, ...patches];
    const value = (key: string) =>
      layers
        .flatMap(({ annotations }) => annotations.filter((each) => each.key.raw === key))
        .findLast((each) => each.value !== undefined)?.value;
    const roleArn = value(ROLE_ARN);
    const namespace = (namespaceIn(chain) ?? metadata.namespace)?.text ?? UNKNOWN_NAMESPACE;
    const name = nameIn(chain, metadata.name?.text ?? UNKNOWN_NAME);
    return {
      namespace,
      name,
      who: whoKey({ namespace, name }),
      roleArn: roleArn?.kind === 'string' && roleArn.raw !== '' ? roleArn : undefined,
      audience: value(AUDIENCE),
      annotations: layers.flatMap(({ annotations }) => annotations),
      open: layers.some((layer) => layer.open === true),
    };
  });
  return { fact, variants };
}

function asTyped(metadata: Metadata): AccountVariant {
  const { annotations, open } = metadata;
  const namespace = metadata.namespace?.text ?? UNKNOWN_NAMESPACE;
  const name = metadata.name?.text ?? UNKNOWN_NAME;
  let roleArn: StringNode | undefined;
  let audience: SyntaxNode | undefined;
  for (const { key, value } of annotations) {
    if (value === undefined) continue;
    if (key.raw === ROLE_ARN) roleArn = value.kind === 'string' && value.raw !== '' ? value : undefined;
    else if (key.raw === AUDIENCE) audience = value;
  }
  return {
    namespace,
    name,
    who: whoKey({ namespace, name }),
    roleArn,
    audience,
    annotations,
    open: open === true,
  };
}

/** @param isAccount is there a service account of a name that has this exact key? */
export function placeWorkload(fact: Workload, overlays: Overlays, isAccount: (key: string) => boolean): PlacedWorkload {
  const chains = chainsOf(fact, overlays);
  const variants =
    chains.length === 0
      ? [variantOf(fact, NO_CHAIN, overlays, isAccount)]
      : chains.map((chain) => variantOf(fact, chain, overlays, isAccount));
  return { fact, variants };
}

function variantOf(
  fact: Workload,
  chain: OverlayChain,
  overlays: Overlays,
  isAccount: (key: string) => boolean,
): PlacedWorkload['variants'][number] {
  const { metadata, podSpec } = fact;
  const patched = overlays.accountNameFor(chain, fact);
  const serviceAccountName = patched === 'unknown' ? undefined : (patched ?? fact.serviceAccountName);
  const named = serviceAccountName?.text;
  const known = podSpec && !podSpec.open && patched !== 'unknown';
  const placed = {
    namespace: (namespaceIn(chain) ?? metadata.namespace)?.text ?? UNKNOWN_NAMESPACE,
    name: nameIn(chain, metadata.name?.text ?? UNKNOWN_NAME),
  };
  if (named === undefined || named.length === 0) return { ...placed, serviceAccountName: known ? DEFAULT : undefined };
  // Kustomize renames references only to accounts that it renames.
  const key = chain.length > 0 ? exactKey(named) : undefined;
  const renamed = key !== undefined && isAccount(key);
  return { ...placed, serviceAccountName: renamed ? nameIn(chain, named) : named };
}

/** A chart's template whose name and namespace are both left to its values says nothing: it could be any account. */
export function couldBeAny({ fact, variants }: Account): boolean {
  return (
    fact.chart !== undefined &&
    variants.every(({ namespace, name }) => onlyHole(namespace) !== undefined && onlyHole(name) !== undefined)
  );
}
