import { display, hasHole, literalOf, onlyHole, type Text } from '../syntax/text.js';

export interface Partition {
  readonly name: string;
  /** Of AWS hosts in its regions, as in `oidc.eks.REGION.SUFFIX`. */
  readonly suffix: string;
  readonly regions: RegExp;
}

// DNS suffixes and region patterns as in botocore's partitions.json.
export const PARTITIONS: readonly Partition[] = [
  { name: 'aws', suffix: 'amazonaws.com', regions: /^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/ },
  { name: 'aws-cn', suffix: 'amazonaws.com.cn', regions: /^cn-[a-z]+-\d+$/ },
  { name: 'aws-us-gov', suffix: 'amazonaws.com', regions: /^us-gov-[a-z]+-\d+$/ },
  { name: 'aws-eusc', suffix: 'amazonaws.eu', regions: /^eusc-[a-z]+-[a-z]+-\d+$/ },
  { name: 'aws-iso', suffix: 'c2s.ic.gov', regions: /^us-iso-[a-z]+-\d+$/ },
  { name: 'aws-iso-b', suffix: 'sc2s.sgov.gov', regions: /^us-isob-[a-z]+-\d+$/ },
  { name: 'aws-iso-e', suffix: 'cloud.adc-e.uk', regions: /^eu-isoe-[a-z]+-\d+$/ },
  { name: 'aws-iso-f', suffix: 'csp.hci.ic.gov', regions: /^us-isof-[a-z]+-\d+$/ },
];

export function partitionNamed(name: string): Partition | undefined {
  return PARTITIONS.find((partition) => partition.name === name);
}

export function partitionOfRegion(region: string): Partition | undefined {
  return PARTITIONS.find((partition) => partition.regions.test(region));
}

/** The six colon-separated parts; the last keeps its colons. */
export interface Arn {
  readonly partition: Text;
  readonly service: Text;
  readonly region: Text;
  readonly account: Text;
  readonly resource: Text;
}

/** Undefined where there are not six parts or the first is not `arn`. A hole is taken to hold no colon. */
export function parseArn(text: Text): Arn | undefined {
  const [arn, partition, service, region, account, resource] = splitParts(text);
  if (!arn || !partition || !service || !region || !account || !resource || literalOf(arn) !== 'arn') return undefined;
  return { partition, service, region, account, resource };
}

/** At most six pieces, cut at the colons of the literal parts. */
export function splitParts(text: Text): Text[] {
  const pieces: Text[number][][] = [[]];
  for (const part of text) {
    if (typeof part !== 'string') {
      pieces[pieces.length - 1]!.push(part);
      continue;
    }
    let rest = part;
    while (pieces.length < 6) {
      const colon = rest.indexOf(':');
      if (colon < 0) break;
      if (colon > 0) pieces[pieces.length - 1]!.push(rest.slice(0, colon));
      pieces.push([]);
      rest = rest.slice(colon + 1);
    }
    if (rest !== '') pieces[pieces.length - 1]!.push(rest);
  }
  return pieces;
}

export type ArnProblem =
  | 'blanks'
  | 'not-an-arn'
  | 'partition'
  | 'service'
  | 'region'
  | 'account'
  | 'kind'
  | 'name'
  | 'length';

/** `maybe`: nothing is wrong with what is known of it. */
export type ArnVerdict =
  | { readonly ok: 'yes' | 'maybe' }
  | {
      readonly ok: 'no';
      readonly problem: ArnProblem;
      /** What is wrong, without the value itself: `the account is not twelve digits`. */
      readonly reason: string;
      /** The ARN that it can only mean, where there is just one. */
      readonly meant?: string;
    };

const ACCOUNT = /^\d{12}$/;

interface Wanted {
  readonly service: string;
  readonly regional: boolean;
  /** What is wrong with the resource part, if anything. */
  resource(resource: Text): { problem: ArnProblem; reason: string } | undefined;
}

/** `arn:P:iam::ACCOUNT:role/PATH/NAME`. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export function checkRoleArn(text: Text): ArnVerdict {
  const [known] = text;
  if (text.length === 1 && typeof known === 'string' && USUAL_ROLE.test(known)) return { ok: 'yes' };
  return check(text, {
    service: 'iam',
    regional: false,
    resource(resource) {
      const kind = startOf(resource, 'role/');
      if (kind === 'no') return { problem: 'kind', reason: `'${kindOf(resource)}' is not 'role/…'` };
      const known = literalOf(resource);
      if (known === undefined) return badCharacters(resource, /^[\w+=,.@\-/!-~]*$/);
      const name = known.slice(known.lastIndexOf('/') + 1);
      if (name === '') return { problem: 'name', reason: 'the role has no name' };
      if (!/^[\w+=,.@-]+$/.test(name)) return { problem: 'name', reason: `'${name}' is no role name` };
      if (name.length > 64) return { problem: 'name', reason: 'a role name has at most 64 characters' };
      return known.includes('//') ? { problem: 'name', reason: 'its path has an empty part' } : undefined;
    },
  });
}

/** What most of them look like needs no closer look. */
const USUAL_ROLE = /^arn:aws:iam::\d{12}:role\/[\w+=,.@-]{1,64}$/;

/** `arn:P:eks:REGION:ACCOUNT:cluster/NAME`. */
export function checkClusterArn(text: Text): ArnVerdict {
  return check(text, {
    service: 'eks',
    regional: true,
    resource(resource) {
      if (startOf(resource, 'cluster/') === 'no')
        return { problem: 'kind', reason: `'${kindOf(resource)}' is not 'cluster/…'` };
      const name = literalOf(resource)?.slice('cluster/'.length);
      if (name === undefined) return undefined;
      return /^[0-9A-Za-z][A-Za-z0-9\-_]{0,99}$/.test(name)
        ? undefined
        : { problem: 'name', reason: `'${name}' is no cluster name` };
    },
  });
}

/** `arn:P:iam::ACCOUNT:oidc-provider/HOST/PATH`; what is wrong inside the issuer is `readIssuer`'s matter. */
export function checkProviderArn(text: Text): ArnVerdict {
  return check(text, {
    service: 'iam',
    regional: false,
    resource(resource) {
      if (startOf(resource, 'oidc-provider/') === 'no')
        return { problem: 'kind', reason: `'${kindOf(resource)}' is not 'oidc-provider/…'` };
      return literalOf(resource) === 'oidc-provider/' ? { problem: 'name', reason: 'it names no issuer' } : undefined;
    },
  });
}

function check(text: Text, wanted: Wanted): ArnVerdict {
  if (onlyHole(text)) return { ok: 'maybe' };
  const literals = text.filter((part) => typeof part === 'string').join('');
  if (/\s/.test(literals)) {
    const known = literalOf(text);
    const meant = known?.replace(/\s+/g, '');
    const fits = meant !== undefined && check([meant], wanted).ok === 'yes';
    return { ok: 'no', problem: 'blanks', reason: 'it holds blanks', ...(fits ? { meant } : {}) };
  }
  const arn = parseArn(text);
  if (!arn) {
    // Holes may stand for whole parts: `arn:aws:iam::${suffix}`.
    const first = literalOf(splitParts(text)[0] ?? []);
    const possible = hasHole(text) && (first === undefined || first === 'arn');
    if (possible) return { ok: 'maybe' };
    const empty = literals === '' && !hasHole(text);
    const reason = empty
      ? 'it is empty'
      : first === 'arn'
        ? 'it has not the six parts of an ARN'
        : "it does not begin with 'arn:'";
    return { ok: 'no', problem: 'not-an-arn', reason };
  }
  const bad = (problem: ArnProblem, reason: string): ArnVerdict => ({ ok: 'no', problem, reason });
  const partition = literalOf(arn.partition);
  if (partition !== undefined && !partitionNamed(partition))
    return bad('partition', `'${partition}' is no AWS partition`);
  const service = literalOf(arn.service);
  if (service === 'sts' && wanted.service === 'iam' && startOf(arn.resource, 'assumed-role/') !== 'no')
    return bad('service', "it names a session ('assumed-role'), not the role itself");
  if (service !== undefined && service !== wanted.service)
    return bad('service', `'${service}' is not '${wanted.service}'`);
  const region = literalOf(arn.region);
  if (region !== undefined && !wanted.regional && region !== '') return bad('region', 'an IAM ARN has no region');
  if (region !== undefined && wanted.regional) {
    const home = partitionOfRegion(region);
    if (region === '') return bad('region', 'the region is missing');
    if (home && partition !== undefined && home.name !== partition)
      return bad('region', `the region '${region}' is not in the partition '${partition}'`);
  }
  const account = literalOf(arn.account);
  if (account !== undefined && !ACCOUNT.test(account)) {
    return bad('account', account === '' ? 'the account is missing' : `the account '${account}' is not twelve digits`);
  }
  for (const part of arn.account) {
    if (typeof part === 'string' && !/^\d*$/.test(part))
      return bad('account', `the account '${display(arn.account)}' is not twelve digits`);
  }
  const resource = wanted.resource(arn.resource);
  if (resource) return bad(resource.problem, resource.reason);
  if (literals.length > 2048) return bad('length', 'an ARN has at most 2048 characters');
  return { ok: hasHole(text) ? 'maybe' : 'yes' };
}

function startOf(resource: Text, prefix: string): 'yes' | 'maybe' | 'no' {
  const first = resource[0];
  if (first === undefined) return 'no';
  if (typeof first !== 'string') return 'maybe';
  if (first.startsWith(prefix)) return 'yes';
  return resource.length > 1 && prefix.startsWith(first) ? 'maybe' : 'no';
}

function kindOf(resource: Text): string {
  const first = resource[0];
  const word = typeof first === 'string' ? first : '';
  const slash = word.search(/[/:]/);
  return slash < 0 ? word || display(resource) : word.slice(0, slash + 1);
}

function badCharacters(text: Text, allowed: RegExp): { problem: ArnProblem; reason: string } | undefined {
  const part = text.find((piece) => typeof piece === 'string' && !allowed.test(piece));
  return part === undefined ? undefined : { problem: 'name', reason: `'${String(part)}' is no part of a role name` };
}

/** Name and path of a role ARN. Undefined where it is no role ARN or has holes in these. */
export function roleOfArn(
  text: Text,
): { readonly name: string; readonly path: string; readonly account: Text } | undefined {
  const arn = parseArn(text);
  const resource = arn && literalOf(arn.resource);
  if (!arn || resource === undefined || !resource.startsWith('role/')) return undefined;
  const slash = resource.lastIndexOf('/');
  return { name: resource.slice(slash + 1), path: resource.slice('role'.length, slash + 1), account: arn.account };
}
