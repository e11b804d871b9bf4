import type { Association, Role } from '../../facts/model.js';
import { display, literalOf } from '../../syntax/text.js';
import { booleanOf, get, type Property, placeOf, type SyntaxNode } from '../../syntax/tree.js';
import type { Workspace } from '../../workspace/workspace.js';
import type { Spanned } from '../rule.js';

/** The association's role where the workspace defines it. */
export function roleOfAssociation({ roleArn, role }: Association, workspace: Workspace): Role | undefined {
  if (roleArn) {
    const { found } = workspace.roleFor(roleArn);
    if (found) return found;
  }
  return role ? workspace.rolesOf([role])[0] : undefined;
}

/** Where it says which role it is for. */
export function roleSpot(association: Association): Spanned {
  if (association.roleArn) return association.roleArn;
  for (const field of ['roleRef', 'roleArnRef', 'roleArnSelector', 'roleName']) {
    const value = get(association.node, field);
    if (value) return value;
  }
  return association.serviceAccount ?? startOf(association.node);
}

export function startOf({ document, start }: SyntaxNode): Spanned {
  return { document, start, end: start + 1 };
}

export function associationLabel({ namespace, serviceAccount }: Association): string {
  const name = serviceAccount ? display(serviceAccount.text) : '?';
  return namespace ? `${display(namespace.text)}/${name}` : name;
}

/** Undefined where it is not known. */
export function tagsDisabled({ disableSessionTags }: Association): boolean | undefined {
  return disableSessionTags ? booleanOf(disableSessionTags) : false;
}

export function propertyOf({ node }: Association, value: SyntaxNode | undefined): Property | undefined {
  const holder = value?.parent?.kind === 'object' ? value.parent : node;
  return (
    holder.properties.find((member) => member.value === value) ??
    node.properties.find((member) => member.value === value)
  );
}

/** How the format spells `disableSessionTags`. */
export function tagsField({ source, node }: Association): string {
  if (source === 'cloudformation') return 'DisableSessionTags';
  return source === 'terraform' || (source === 'terraform-module' && node.document.language === 'hcl')
    ? 'disable_session_tags'
    : 'disableSessionTags';
}

/**
 * What two associations must have alike to be for one cluster: its name, or the same reference or expression in the same
 * folder. Undefined where the cluster is not known.
 */
export function clusterKey(association: Association): string | undefined {
  const { clusterName, node } = association;
  const { file } = placeOf(node);
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  if (clusterName) {
    const known = literalOf(clusterName.text);
    if (known !== undefined) return known === '' ? undefined : `name ${known}`;
    const [hole] = clusterName.text;
    if (clusterName.text.length === 1 && typeof hole === 'object' && hole.address !== undefined)
      return `address ${hole.address}`;
    // What differs from one instance to the next has one expression.
    const shown = display(clusterName.text);
    return /\b(?:each|count|self|for)\b/.test(shown) ? undefined : `expression ${folder} ${shown}`;
  }
  for (const field of ['clusterRef', 'clusterNameRef', 'clusterNameSelector']) {
    const reference = get(node, field);
    if (!reference) continue;
    // Another folder is mostly another environment, and each composite resource has a cluster of its own.
    const within = get(reference, 'matchControllerRef') ? file : folder;
    return `reference ${within} ${reference.document.text.slice(reference.start, reference.end).replace(/\s+/g, ' ')}`;
  }
  return undefined;
}

/** A name that can't be one, as it has a wildcard in it: what it stands for is not known. */
export function hasPattern({ namespace, serviceAccount }: Association): boolean {
  return [namespace, serviceAccount].some((node) =>
    node?.text.some((part) => typeof part === 'string' && /[*?]/.test(part)),
  );
}
