import { literalOf, split, type Text } from '../syntax/text.js';

export interface RoleArnParts {
  readonly account: string | undefined;
  /** With both slashes: `/`, `/eks/`. */
  readonly path: string;
  readonly name: string;
}

/** The parts of a role ARN whose account may be a hole; undefined where path or name are unknown or it is no role ARN. */
export function parseRoleArn(text: Text): RoleArnParts | undefined {
  const parts = split(text, ':');
  // A hole may stand for everything before the resource: `${prefix}role/x` has none of the parts.
  if (parts.length !== 6) return undefined;
  const resource = literalOf(parts[5]!);
  if (literalOf(parts[2]!) !== 'iam' || resource === undefined || !resource.startsWith('role/')) return undefined;
  const segments = resource.slice('role/'.length).split('/');
  const name = segments.pop()!;
  if (name === '') return undefined;
  return { account: literalOf(parts[4]!), path: segments.length === 0 ? '/' : `/${segments.join('/')}/`, name };
}
