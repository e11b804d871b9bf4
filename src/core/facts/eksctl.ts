import { makeSynthetic } from '../syntax/hclNodes.js';
import {
  booleanOf,
  get,
  listOf,
  type ObjectNode,
  objectAt,
  type Property,
  property,
  type StringNode,
  type SyntaxNode,
  stringAt,
  stringsOf,
  wordOf,
} from '../syntax/tree.js';
import { addonAccount } from './addonAccounts.js';
import { readPermissionPolicy } from './iamPolicy.js';
import { readMetadata } from './kubernetes.js';
import type { Association, EksctlAddon, Facts, Metadata, NodeTemplate, Role } from './model.js';

/** eksctl's `ClusterConfig` (`eksctl.io/v1alpha5`). */
export function readEksctl(root: SyntaxNode, facts: Facts, context: { readonly file: string }): boolean {
  if (root.kind !== 'object' || wordOf(get(root, 'kind')) !== 'ClusterConfig') return false;
  if (!/^eksctl\.io\//.test(wordOf(get(root, 'apiVersion')) ?? '')) return false;
  new ClusterReader(root, facts, context.file).read();
  return true;
}

/** IRSA's own ways to say what an add-on's role may do. */
const ADDON_IRSA = new Set(['serviceAccountRoleARN', 'attachPolicyARNs', 'attachPolicy', 'wellKnownPolicies']);
/** The ways to say which role an association gives: one that exists, or one that eksctl makes. */
const ASSOCIATION_ROLE = new Set([
  'roleARN',
  'permissionPolicy',
  'permissionPolicyARNs',
  'permissionPolicyName',
  'permissionsBoundaryARN',
  'wellKnownPolicies',
  'roleName',
]);

class ClusterReader {
  readonly #name: StringNode | undefined;

  constructor(
    private readonly root: ObjectNode,
    private readonly facts: Facts,
    private readonly file: string,
  ) {
    this.#name = stringAt(root, 'metadata', 'name');
  }

  read(): void {
    const { root, facts } = this;
    const iam = objectAt(root, 'iam');
    const accounts = objects(get(iam, 'serviceAccounts'));
    const associations = objects(get(iam, 'podIdentityAssociations'));
    const addons = get(root, 'addons');
    const region = stringAt(root, 'metadata', 'region');
    const withOidc = property(iam, 'withOIDC');
    const accountsProperty = property(iam, 'serviceAccounts');
    const associationsProperty = property(iam, 'podIdentityAssociations');
    facts.eksctlClusters.push({
      node: root,
      ...(this.#name ? { name: this.#name } : {}),
      ...(region ? { region } : {}),
      ...(withOidc ? { withOidc } : {}),
      ...(iam ? { iamNode: iam } : {}),
      ...(accountsProperty ? { serviceAccountsProperty: accountsProperty } : {}),
      serviceAccountCount: accounts.length,
      subjectPatterns: accounts.flatMap((account) => stringAt(account, 'subjectPattern') ?? []),
      ...(associationsProperty ? { podIdentityAssociationsProperty: associationsProperty } : {}),
      associationCount: associations.length,
      ...(addons?.kind === 'array' ? { addonsNode: addons } : {}),
      addons: objects(addons).map(readAddon),
      autoMode: booleanOf(get(root, 'autoModeConfig', 'enabled')) === true,
    });
    const depends = withOidc?.value ?? withOidc?.key ?? accountsProperty?.key;
    for (const account of accounts) this.#account(account, depends);
    for (const association of associations) this.#association(association);
    for (const addon of objects(addons)) {
      for (const association of objects(get(addon, 'podIdentityAssociations')))
        this.#association(association, wordOf(get(addon, 'name')) ?? '');
      const given = property(addon, 'serviceAccountRoleARN');
      // Both together eksctl refuses, and that is said of the add-on.
      if (given?.value?.kind === 'string' && !property(addon, 'podIdentityAssociations'))
        facts.serviceAccounts.push(
          addonAccount({
            source: 'manifest',
            node: addon,
            addon: stringAt(addon, 'name'),
            namespace: stringAt(addon, 'namespaceConfig', 'namespace'),
            key: given.key,
            roleArn: given.value,
          }),
        );
    }
    for (const field of ['nodeGroups', 'managedNodeGroups']) {
      for (const group of objects(get(root, field))) facts.nodeTemplates.push(readNodeGroup(group));
    }
  }

  /** `iam.serviceAccounts`: eksctl makes account, annotation, role and trust, unless a role is given to it. */
  #account(node: ObjectNode, depends: SyntaxNode | undefined): void {
    const given = property(node, 'attachRoleARN');
    const metadata = accountMetadata(node, given);
    if (booleanOf(get(node, 'roleOnly')) !== true) {
      this.facts.serviceAccounts.push({
        source: 'eksctl',
        metadata,
        node,
        ...(given ? {} : { managed: true as const }),
        ...(depends ? { depends } : {}),
      });
    }
    if (given) return;
    const role = this.#managedRole(node, `${metadata.namespace?.raw ?? ''}/${metadata.name?.raw ?? ''}`);
    this.#permissions(node, role, 'attachPolicy', 'attachPolicyARNs');
  }

  #association(node: ObjectNode, addon?: string): void {
    const namespace = stringAt(node, 'namespace');
    const serviceAccount = stringAt(node, 'serviceAccountName');
    const roleArn = stringAt(node, 'roleARN');
    const targetRoleArn = stringAt(node, 'targetRoleARN');
    const disableSessionTags = get(node, 'disableSessionTags');
    const policy = get(node, 'policy');
    const role = roleArn
      ? undefined
      : this.#managedRole(node, `pod-identity ${namespace?.raw ?? ''}/${serviceAccount?.raw ?? ''}`);
    if (role) this.#permissions(node, role, 'permissionPolicy', 'permissionPolicyARNs');
    const association: Association = {
      source: 'eksctl',
      node,
      ...(this.#name ? { clusterName: this.#name } : {}),
      ...(namespace ? { namespace } : {}),
      ...(serviceAccount ? { serviceAccount } : {}),
      ...(roleArn ? { roleArn } : {}),
      ...(role?.address === undefined ? {} : { role: { address: role.address } }),
      ...(targetRoleArn ? { targetRoleArn } : {}),
      ...(disableSessionTags ? { disableSessionTags } : {}),
      ...(policy ? { policy } : {}),
      fields: node.properties.filter(({ key }) => ASSOCIATION_ROLE.has(key.raw)),
      ...(addon === undefined ? {} : { addon }),
    };
    this.facts.associations.push(association);
    if (booleanOf(get(node, 'createServiceAccount')) === true && serviceAccount) {
      const metadata: Metadata = {
        node,
        name: serviceAccount,
        ...(namespace ? { namespace } : {}),
        annotations: [],
        labels: [],
        others: [],
      };
      this.facts.serviceAccounts.push({ source: 'eksctl', metadata, node });
    }
  }

  #managedRole(node: ObjectNode, what: string): Role {
    const name = stringAt(node, 'roleName');
    const role: Role = {
      source: 'eksctl',
      address: `eksctl:${this.file}#${this.#name?.raw ?? ''} ${what}`,
      ...(name ? { name } : {}),
      managedTrust: true,
      node,
    };
    this.facts.roles.push(role);
    return role;
  }

  #permissions(node: ObjectNode, role: Role, inline: string, arns: string): void {
    const roles = role.address === undefined ? [] : [{ address: role.address }];
    const policy = readPermissionPolicy(get(node, inline), roles);
    if (policy) this.facts.permissionPolicies.push(policy);
    for (const arn of stringsOf(get(node, arns))) this.facts.managedPolicyArns.push({ arn, roles });
  }
}

function objects(node: SyntaxNode | undefined): ObjectNode[] {
  return listOf(node).filter((item): item is ObjectNode => item.kind === 'object');
}

/** As eksctl makes it: in namespace `default` where none is given, and with the given role as its annotation. */
function accountMetadata(node: ObjectNode, given: Property | undefined): Metadata {
  const metadata = readMetadata(node);
  const annotation =
    given?.value?.kind === 'string' ? [{ key: makeSynthetic(given.key, ROLE_ANNOTATION), value: given.value }] : [];
  return {
    ...metadata,
    namespace: metadata.namespace ?? makeSynthetic(metadata.name ?? metadata.node, 'default'),
    annotations: [...metadata.annotations, ...annotation],
  };
}

const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';

function readAddon(node: ObjectNode): EksctlAddon {
  const name = stringAt(node, 'name');
  const associations = property(node, 'podIdentityAssociations');
  const useDefault = property(node, 'useDefaultPodIdentityAssociations');
  return {
    node,
    ...(name ? { name } : {}),
    irsaFields: node.properties.filter(({ key }) => ADDON_IRSA.has(key.raw)),
    ...(associations ? { podIdentityAssociations: associations } : {}),
    ...(useDefault ? { useDefaultPodIdentityAssociations: useDefault } : {}),
  };
}

/** `disablePodIMDS` keeps pods from the metadata service altogether: then nothing else matters. */
function readNodeGroup(node: ObjectNode): NodeTemplate {
  const name = stringAt(node, 'name');
  const disables = property(node, 'disableIMDSv1');
  const said = booleanOf(disables?.value);
  const shut = booleanOf(get(node, 'disablePodIMDS')) === true;
  return {
    kind: 'eksctl-node-group',
    ...(name ? { name } : {}),
    node,
    ...(disables?.value && !shut
      ? {
          httpTokens: {
            node: disables.value,
            property: disables,
            value: said === undefined ? 'unknown' : said ? 'required' : 'optional',
          },
        }
      : {}),
    eks: true,
  };
}
