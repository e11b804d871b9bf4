import { concat, type Hole, literalOf, type Ternary, type Text } from '../syntax/text.js';
import { PARTITIONS, type Partition, parseArn, partitionOfRegion } from './arn.js';

/** An EKS issuer without scheme: `oidc.eks.REGION.SUFFIX/id/ID`, dual-stack `oidc-eks.REGION.api.aws/id/ID`. */
const EKS_ISSUER = /^oidc(?:\.eks\.([a-z0-9-]+)\.([a-z0-9.-]+)|-eks\.([a-z0-9-]+)\.api\.([a-z0-9.-]+))\/id\/([^/]+)$/i;
const EKS_HOST = /^oidc(?:\.eks|-eks)\.|^oidc\.[a-z0-9-]+\.eks\./i;

export type IssuerProblem =
  | 'scheme'
  | 'trailing-slash'
  | 'provider-arn'
  | 'swapped-host'
  | 'missing-id'
  | 'host'
  | 'region';

export interface IssuerReading {
  readonly problems: readonly IssuerProblem[];
  /** What it can only mean, without scheme; the text itself where nothing is wrong. Absent where several readings exist. */
  readonly meant: Text | undefined;
}

/** Scheme and trailing slash are no part of an issuer in a condition key or a provider ARN. */
export function bareIssuer(text: Text): Text {
  const first = text[0];
  const from = typeof first === 'string' ? concat([first.replace(/^https?:\/\//i, '')], text.slice(1)) : text;
  const last = from[from.length - 1];
  return typeof last === 'string' && last.endsWith('/') ? concat(from.slice(0, -1), [last.replace(/\/+$/, '')]) : from;
}

/** Is it the issuer of an EKS cluster, however malformed? `maybe` where a hole may hold one; see `speaksOfEks` for those. */
export function isEksIssuer(text: Text): Ternary {
  const bare = bareIssuer(withoutProviderArn(text) ?? text);
  const first = bare[0];
  if (typeof first !== 'string')
    return first !== undefined && speaksOfEks(first) ? 'yes' : first === undefined ? 'no' : 'maybe';
  if (EKS_HOST.test(first)) return 'yes';
  return bare.length > 1 && ['oidc.eks.', 'oidc-eks.', 'oidc.'].some((host) => host.startsWith(first)) ? 'maybe' : 'no';
}

/** Does the expression behind a hole say that it is an EKS cluster's OIDC provider: `module.eks.oidc_provider_arn`? */
export function speaksOfEks(hole: Hole): boolean {
  return /(?:eks|cluster|k8s|kubernetes)[^\s]*(?:oidc|issuer)|(?:oidc|issuer)[^\s]*(?:eks|cluster|k8s|kubernetes)|oidc_provider|oidcprovider|OpenIdConnectIssuerUrl/i.test(
    `${hole.address ?? ''} ${hole.expression}`,
  );
}

/** Judges what stands as an issuer: in front of `:sub`, or behind `oidc-provider/`. Only EKS issuers are judged further than scheme and slash. */
export function readIssuer(text: Text): IssuerReading {
  const problems: IssuerProblem[] = [];
  const inArn = withoutProviderArn(text);
  if (inArn) problems.push('provider-arn');
  let rest = inArn ?? text;
  const first = rest[0];
  if (typeof first === 'string' && /^https?:\/\//i.test(first)) problems.push('scheme');
  const last = rest[rest.length - 1];
  if (typeof last === 'string' && last.endsWith('/')) problems.push('trailing-slash');
  rest = bareIssuer(rest);
  if (isEksIssuer(rest) !== 'yes' || typeof rest[0] !== 'string') return { problems, meant: rest };

  const host = typeof rest[0] === 'string' ? rest[0] : '';
  const swapped = /^oidc\.([a-z0-9-]+)\.eks\./i.exec(host);
  if (swapped && partitionOfRegion(swapped[1]!)) {
    problems.push('swapped-host');
    rest = concat([`oidc.eks.${swapped[1]}.${host.slice(swapped[0].length)}`], rest.slice(1));
  } else if (swapped && !/^oidc\.eks\./i.test(host)) {
    return { problems: [...problems, 'host'], meant: undefined };
  }
  const path = pathOf(rest);
  if (path === 'none') return { problems: [...problems, 'missing-id'], meant: undefined };
  if (path !== 'id') {
    problems.push('missing-id');
    if (path === 'bare-id') rest = insertId(rest);
    else return { problems, meant: undefined };
  }
  const known = literalOf(rest);
  const issuer = known === undefined ? undefined : EKS_ISSUER.exec(known);
  if (known !== undefined) {
    if (!issuer) return { problems: [...problems, 'host'], meant: undefined };
    const region = issuer[1] ?? issuer[3]!;
    const suffix = issuer[2];
    const partition = partitionOfRegion(region);
    if (suffix !== undefined && !PARTITIONS.some((candidate) => candidate.suffix === suffix.toLowerCase())) {
      return { problems: [...problems, 'host'], meant: undefined };
    }
    if (partition && suffix !== undefined && partition.suffix !== suffix.toLowerCase()) {
      problems.push('region');
      return { problems, meant: [`oidc.eks.${region}.${partition.suffix}/id/${issuer[5]}`] };
    }
  }
  return { problems, meant: rest };
}

/** `id`: `HOST/id/…`; `bare-id`: `HOST/…` with the id right behind the host; `none`: no path. */
function pathOf(issuer: Text): 'id' | 'bare-id' | 'none' | 'other' {
  let before = '';
  for (const part of issuer) {
    if (typeof part !== 'string') {
      // What follows a hole can't be told apart; what precedes it can.
      return before.includes('/')
        ? /\/id\/?$|\/id\//i.test(before)
          ? 'id'
          : before.endsWith('/')
            ? 'bare-id'
            : 'id'
        : 'id';
    }
    before += part;
  }
  const slash = before.indexOf('/');
  if (slash < 0) return 'none';
  const path = before.slice(slash);
  if (/^\/id\/[^/]+$/i.test(path)) return 'id';
  if (/^\/id\/?$/i.test(path)) return 'none';
  return /^\/[^/]+$/.test(path) ? 'bare-id' : 'other';
}

function insertId(issuer: Text): Text {
  const first = issuer[0] as string;
  const slash = first.indexOf('/');
  return concat([`${first.slice(0, slash)}/id${first.slice(slash)}`], issuer.slice(1));
}

/** The issuer behind `arn:…:oidc-provider/`, also where the ARN is not whole. Undefined where there is no such thing. */
function withoutProviderArn(text: Text): Text | undefined {
  let before = '';
  for (let i = 0; i < text.length; i++) {
    const part = text[i]!;
    if (typeof part !== 'string') {
      if (i === 0) return undefined;
      continue;
    }
    const at = part.indexOf('oidc-provider/');
    if (at >= 0 && (i > 0 || at === 0 || /^arn:/.test(part))) {
      return concat([part.slice(at + 'oidc-provider/'.length)], text.slice(i + 1));
    }
    before += part;
    if (i === 0 && !before.startsWith('arn:')) return undefined;
  }
  return undefined;
}

export interface ProviderArn {
  readonly partition: Text;
  readonly account: Text;
  /** As it stands there, malformed or not. */
  readonly issuer: Text;
}

/** Takes `arn:P:iam::ACCOUNT:oidc-provider/ISSUER` apart; undefined for anything else, a lone hole included. */
export function parseProviderArn(text: Text): ProviderArn | undefined {
  const arn = parseArn(text);
  if (!arn || (literalOf(arn.service) ?? 'iam') !== 'iam') return undefined;
  const first = arn.resource[0];
  if (typeof first !== 'string' || !first.startsWith('oidc-provider/')) return undefined;
  return {
    partition: arn.partition,
    account: arn.account,
    issuer: concat([first.slice('oidc-provider/'.length)], arn.resource.slice(1)),
  };
}

/** The partition that an EKS issuer's region belongs to. */
export function partitionOfIssuer(issuer: Text): Partition | undefined {
  const first = bareIssuer(issuer)[0];
  const found = typeof first === 'string' ? /^oidc(?:\.eks|-eks)\.([a-z0-9-]+)\./i.exec(first) : null;
  return found ? partitionOfRegion(found[1]!.toLowerCase()) : undefined;
}

export function providerArn(partition: string, account: string, issuer: string): string {
  return `arn:${partition}:iam::${account}:oidc-provider/${issuer}`;
}

/** The end of an issuer's id, as people tell clusters apart: `…4567`. */
export function shortIssuer(issuer: string): string {
  const id = issuer.slice(issuer.lastIndexOf('/') + 1);
  return id.length > 8 ? `…${id.slice(-4)}` : issuer;
}
