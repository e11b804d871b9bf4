import { get, listOf, type ObjectNode, objectAt, type SyntaxNode, stringAt, wordOf } from '../syntax/tree.js';
import { fromBase64 } from './kubernetes.js';
import type { Facts, NodeTemplate } from './model.js';
import { readMetadataOptions } from './nodeTemplates.js';

/**
 * What nodes are made of, as Kubernetes objects: Karpenter's `EC2NodeClass` (and its older `AWSNodeTemplate`), launch templates
 * of AWS Controllers for Kubernetes and of Crossplane.
 */
export function readNodeClass(root: SyntaxNode, facts: Facts): boolean {
  if (root.kind !== 'object') return false;
  const [group = '', version] = (wordOf(get(root, 'apiVersion')) ?? '').split('/');
  const what = `${GROUPS.find(([, pattern]) => pattern.test(group))?.[0]} ${wordOf(get(root, 'kind'))}`;
  const found = version === undefined ? undefined : READERS[what]?.(root);
  if (!found) return false;
  const { kind, data, eks } = found;
  const name = stringAt(root, 'metadata', 'name');
  const options = readMetadataOptions(optionsIn(data), 'httpTokens', 'httpPutResponseHopLimit');
  if (options) facts.nodeTemplates.push({ kind, ...(name ? { name } : {}), node: root, ...options, eks });
  return true;
}

const GROUPS = [
  ['karpenter', /^karpenter\.k8s\.aws$/],
  ['ack', /^ec2\.services\.k8s\.aws$/],
  ['crossplane', /^ec2\.aws\.(?:m\.)?(?:upbound|crossplane)\.io$/],
] as const;

interface Found {
  readonly kind: NodeTemplate['kind'];
  readonly data: SyntaxNode | undefined;
  readonly eks: boolean;
}

const karpenter = (root: ObjectNode): Found => ({ kind: 'node-class', data: objectAt(root, 'spec'), eks: true });

const READERS: Readonly<Record<string, (root: ObjectNode) => Found>> = {
  'karpenter EC2NodeClass': karpenter,
  'karpenter AWSNodeTemplate': karpenter,
  'ack LaunchTemplate': (root) => launchTemplate(root, get(root, 'spec', 'data'), 'tagSpecifications'),
  'crossplane LaunchTemplate': (root) => {
    const spec = get(root, 'spec', 'forProvider');
    // The community provider has the data one level deeper.
    return launchTemplate(root, get(spec, 'launchTemplateData') ?? spec, 'tagSpecifications');
  },
};

function launchTemplate(root: ObjectNode, data: SyntaxNode | undefined, tags: string): Found {
  const named = [
    stringAt(root, 'metadata', 'name'),
    stringAt(root, 'spec', 'name'),
    stringAt(root, 'spec', 'forProvider', 'name'),
  ];
  const eks = [...named, get(data, 'userData'), get(data, tags), get(data, 'tags')].some(speaksOfEks);
  return { kind: 'launch-template', data, eks };
}

/** A block that may stand once is a list of one in the older versions of Crossplane's API. */
function optionsIn(data: SyntaxNode | undefined): ObjectNode | undefined {
  const [first] = listOf(get(data, 'metadataOptions'));
  return first?.kind === 'object' ? first : undefined;
}

const EKS_WORDS = /(?:^|[^a-z])eks(?:[^a-z]|$)|nodeadm|node\.eks\.aws|bootstrap\.sh|kubernetes\.io\/cluster\//i;

function speaksOfEks(node: SyntaxNode | undefined): boolean {
  if (!node) return false;
  const source = node.document.text.slice(node.start, node.end);
  // User data is base64 in these APIs.
  const plain = node.kind === 'string' ? fromBase64(node.raw) : undefined;
  return EKS_WORDS.test(source) || (plain !== undefined && EKS_WORDS.test(plain));
}
