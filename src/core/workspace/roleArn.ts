import { literalOf, split, type Text } from '../syntax/text.js';

export interface RoleArnParts {
  readonly account: string | undefined;
  /** With both slashes: `/`, `/eks/`. */
  readonly path: string;
  readonly name: string;
}

/** The parts of a role ARN whose account may be a hole; undefined where path or name are unknown or it is no role ARN. */
export function parseRoleArn(text: Text): RoleArnParts | undefined {
  const known = literalOf(text);
  if (known !== undefined) {
    const [, account, resource] = KNOWN.exec(known) ?? [];
    return resource === undefined ? undefined : partsOf(account, resource);
  }
  const parts = split(text, ':');
  // A hole may stand for everything before the resource: `${prefix}role/x` has none of the parts.
  if (parts.length !== 6) return undefined;
  const resource = literalOf(parts[5]!);
  if (literalOf(parts[2]!) !== 'iam' || resource === undefined || !resource.startsWith('role/')) return undefined;
  return partsOf(literalOf(parts[4]!), resource.slice('role/'.length));
}

const KNOWN = /^[^:]*:[^:]*:iam:[^:]*:([^:]*):role\/([^:]*)$/;

/** @param resource what stands behind `role/` */
function partsOf(account: string | undefined, resource: string): RoleArnParts | undefined {
  const slash = resource.lastIndexOf('/');
  const name = resource.slice(slash + 1);
  return name === '' ? undefined : { account, path: slash < 0 ? '/' : `/${resource.slice(0, slash)}/`, name };
}
