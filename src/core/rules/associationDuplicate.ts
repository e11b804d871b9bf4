import type { Association } from '../facts/model.js';
import { parseArn } from '../iam/arn.js';
import { literalOf } from '../syntax/text.js';
import { get, literal, outermost, placeOf, property } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Spanned } from './rule.js';
import { associationLabel, clusterKey } from './support/associations.js';
import { areAlternatives, eksctlClusterAround } from './support/clusters.js';
import { associationYaml } from './support/manifestExamples.js';

export const associationDuplicate = defineRule({
  id: 'association-duplicate',
  severity: 'error',
  scope: 'workspace',
  fix: 'none',
  docs: {
    summary: 'A service account has one Pod Identity association in a cluster.',
    why: 'EKS takes one role for a cluster, namespace and service account, and refuses the second association.',
    awsSays: 'ResourceInUseException: Association already exists: a-0123456789abcdef0',
    bad: {
      'one.yaml': associationYaml('shop', 'cart', 'cart'),
      'two.yaml': associationYaml('shop', 'cart', 'shop-cart'),
    },
    good: { 'one.yaml': associationYaml('shop', 'cart', 'cart'), 'two.yaml': associationYaml('shop', 'till', 'till') },
    links: ['https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html'],
  },
  check(facts, report, workspace) {
    for (const association of facts.associations) {
      const { serviceAccount } = association;
      const key = keyOf(association);
      if (!serviceAccount || key === undefined) continue;
      const first = workspace
        .associationsNaming({ namespace: association.namespace!.text, name: serviceAccount.text })
        .filter((other) => keyOf(other) === key && !ofTwoClusters(other, association, workspace))
        .reduce((a, b) => (comesBefore(b, a) ? b : a), association);
      if (first === association || samePlace(first, association)) continue;
      report({
        at: standing(association),
        message: `'${associationLabel(association)}' already has an association in this cluster; EKS takes one for each service account.`,
        related: [{ at: standing(first), message: 'The other one stands here.' }],
      });
    }
  },
});

function keyOf(association: Association): string | undefined {
  // What EKS answers shows an association that something else may describe.
  if (property(association.node, 'associationId')) return undefined;
  const cluster = clusterKey(association);
  const namespace = literal(association.namespace);
  const name = literal(association.serviceAccount);
  return cluster === undefined || !namespace || !name ? undefined : `${cluster}\n${namespace}/${name}`;
}

/** Clusters of one name in two accounts or regions are two. A role is of its cluster's account. */
function ofTwoClusters(a: Association, b: Association, workspace: Workspace): boolean {
  const [account, otherAccount] = [a, b].map(({ roleArn }) => {
    const found = roleArn && parseArn(roleArn.text)?.account;
    return found && literalOf(found);
  });
  if (account !== undefined && otherAccount !== undefined && account !== otherAccount) return true;
  const [folder, otherFolder] = [terraformFolder(a), terraformFolder(b)];
  if (folder !== undefined && otherFolder !== undefined && folder !== otherFolder) return true;
  const [cluster, otherCluster] = [a, b].map(({ node }) => eksctlClusterAround(node, workspace));
  if (cluster && otherCluster && areAlternatives(cluster, otherCluster)) return true;
  const [region, otherRegion] = [regionOf(a, workspace), regionOf(b, workspace)];
  return region !== undefined && otherRegion !== undefined && region !== otherRegion;
}

/** Where Terraform is run: what each environment's folder makes may be in an account of its own. */
function terraformFolder({ source, node }: Association): string | undefined {
  if (source !== 'terraform' && source !== 'terraform-module') return undefined;
  let document = outermost(node.document);
  while (document.use) document = outermost(document.use.call.document);
  return document.file.slice(0, document.file.lastIndexOf('/') + 1);
}

function regionOf({ source, node }: Association, workspace: Workspace): string | undefined {
  if (source !== 'eksctl') return literal(get(node, 'region'));
  return literal(eksctlClusterAround(node, workspace)?.region);
}

/** What a module makes stands where it is called: its own text makes one for each call. */
function standing({ serviceAccount, node }: Association): Spanned {
  let at: Spanned = serviceAccount ?? node;
  for (let { use } = outermost(at.document); use; { use } = outermost(at.document)) at = use.call;
  return at;
}

/** The later one is at fault. What one block makes of a map stands where the map does. */
function comesBefore(a: Association, b: Association): boolean {
  const [left, right] = [placeOf(standing(a)), placeOf(standing(b))];
  return left.file === right.file ? left.start < right.start : left.file < right.file;
}

/** Two readings of one text, or instances of one block. */
function samePlace(a: Association, b: Association): boolean {
  const [left, right] = [placeOf(standing(a)), placeOf(standing(b))];
  return left.file === right.file && left.start === right.start;
}
