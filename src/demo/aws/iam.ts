import type { ManagedPolicyRecord, OidcProviderRecord, RoleRecord } from '../scenarioTypes.js';
import { AwsError } from './errors.js';
import { type AwsState, pathOf, roleIdOf, roleName } from './state.js';
import type { XmlValue } from './xml.js';

/** Policies travel URL-encoded (RFC 3986), as in the real service. */
function encodeDocument(document: unknown): string {
  return encodeURIComponent(JSON.stringify(document));
}

function noSuchRole(name: string): AwsError {
  return new AwsError('NoSuchEntity', 404, `The role with name ${name} cannot be found.`);
}

function page(
  items: readonly XmlValue[],
  parameters: URLSearchParams,
): { items: XmlValue[]; IsTruncated: boolean; Marker: string | undefined } {
  const size = Math.min(1000, Number(parameters.get('MaxItems') ?? 100));
  const marker = parameters.get('Marker');
  const start = marker ? Number(Buffer.from(marker, 'base64url').toString()) : 0;
  if (!Number.isInteger(start) || !Number.isInteger(size) || size < 1) {
    throw new AwsError('ValidationError', 400, 'Invalid Marker.');
  }
  const end = start + size;
  const more = end < items.length;
  return {
    items: items.slice(start, end),
    IsTruncated: more,
    Marker: more ? Buffer.from(String(end)).toString('base64url') : undefined,
  };
}

function describeRole(state: AwsState, role: RoleRecord, whole: boolean): XmlValue {
  return {
    Path: pathOf(role.arn),
    RoleName: roleName(role.arn),
    RoleId: roleIdOf(role.arn),
    Arn: role.arn,
    CreateDate: state.ago(role.ageMinutes),
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration ?? 3600,
    // ListRoles gives neither of these.
    ...(whole
      ? {
          Tags: Object.entries(role.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
          RoleLastUsed:
            role.lastUsedMinutes === undefined
              ? {}
              : { LastUsedDate: state.ago(role.lastUsedMinutes), Region: state.scenario.cluster.region },
        }
      : {}),
  };
}

const stsAction = /^sts:(\*|assume[a-z*]*|tagsession|setsourceidentity|setcontext|get[a-z*]*)$/i;

/** What IAM checks when a trust policy is saved, as far as `facts.md` §3 knows it. */
function checkTrustPolicy(text: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new AwsError(
      'MalformedPolicyDocument',
      400,
      `This policy contains invalid Json (${error instanceof Error ? error.name : 'error'})`,
    );
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new AwsError('MalformedPolicyDocument', 400, 'Syntax errors in policy.');
  }
  const statements = [(document as { Statement?: unknown }).Statement].flat() as Record<string, unknown>[];
  for (const statement of statements) {
    if (statement === undefined || statement === null || !['Allow', 'Deny'].includes(String(statement.Effect))) {
      throw new AwsError('MalformedPolicyDocument', 400, 'Syntax errors in policy.');
    }
    if (statement.Resource !== undefined || statement.NotResource !== undefined) {
      throw new AwsError('MalformedPolicyDocument', 400, 'Has prohibited field Resource');
    }
    if (statement.Principal === undefined && statement.NotPrincipal === undefined) {
      throw new AwsError('MalformedPolicyDocument', 400, 'Missing required field Principal');
    }
    for (const action of [statement.Action].flat()) {
      if (action !== undefined && !stsAction.test(String(action))) {
        throw new AwsError(
          'MalformedPolicyDocument',
          400,
          'AssumeRole policy may only specify STS AssumeRole actions.',
        );
      }
    }
  }
  if (text.replace(/\s+/g, '').length > 2048) {
    throw new AwsError('LimitExceeded', 409, 'Cannot exceed quota for ACLSizePerRole: 2048');
  }
  return document as Record<string, unknown>;
}

/** The part of IAM that the product asks (query protocol, version 2010-05-08). */
export class Iam {
  constructor(private readonly state: AwsState) {}

  /** The resource's ARN that an operation is about, for the check of rights. */
  resourceOf(parameters: URLSearchParams): string {
    const name = parameters.get('RoleName');
    const role = name ? this.state.roleByName(name) : undefined;
    return (
      role?.arn ??
      parameters.get('PolicyArn') ??
      parameters.get('OpenIDConnectProviderArn') ??
      (name ? `arn:aws:iam::${this.state.account}:role/${name}` : '*')
    );
  }

  call(operation: string, parameters: URLSearchParams): XmlValue {
    switch (operation) {
      case 'GetRole':
        return { Role: describeRole(this.state, this.role(parameters), true) };
      case 'ListRoles': {
        const prefix = parameters.get('PathPrefix') ?? '/';
        const roles = this.state
          .rolesOf(this.state.account)
          .filter(({ arn }) => pathOf(arn).startsWith(prefix))
          .map((role) => describeRole(this.state, role, false));
        const { items, ...rest } = page(roles, parameters);
        return { Roles: items, ...rest };
      }
      case 'ListAttachedRolePolicies': {
        const attached = (this.role(parameters).attachedPolicyArns ?? []).map((arn) => ({
          PolicyName: roleName(arn),
          PolicyArn: arn,
        }));
        const { items, ...rest } = page(attached, parameters);
        return { AttachedPolicies: items, ...rest };
      }
      case 'ListRolePolicies': {
        const { items, ...rest } = page(Object.keys(this.role(parameters).inlinePolicies ?? {}), parameters);
        return { PolicyNames: items, ...rest };
      }
      case 'GetRolePolicy':
        return this.rolePolicy(parameters);
      case 'GetPolicy':
        return { Policy: this.describePolicy(this.policy(parameters)) };
      case 'GetPolicyVersion':
        return {
          PolicyVersion: {
            Document: encodeDocument(this.policy(parameters).document),
            VersionId: 'v1',
            IsDefaultVersion: true,
            CreateDate: this.state.ago(400 * 24 * 60),
          },
        };
      case 'ListOpenIDConnectProviders':
        return { OpenIDConnectProviderList: this.providers().map(({ arn }) => ({ Arn: arn })) };
      case 'GetOpenIDConnectProvider': {
        const provider = this.provider(parameters);
        return {
          Url: provider.arn.split(':oidc-provider/')[1],
          ClientIDList: provider.clientIds,
          ThumbprintList: provider.thumbprints,
          CreateDate: this.state.ago(400 * 24 * 60),
          Tags: [],
        };
      }
      case 'UpdateAssumeRolePolicy': {
        const role = this.role(parameters);
        const trustPolicy = checkTrustPolicy(parameters.get('PolicyDocument') ?? '');
        this.state.roles.set(role.arn, { ...role, trustPolicy });
        return undefined;
      }
      default:
        throw new AwsError('InvalidAction', 400, `Could not find operation ${operation} for version 2010-05-08`);
    }
  }

  private role(parameters: URLSearchParams): RoleRecord {
    const name = parameters.get('RoleName') ?? '';
    if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
      throw new AwsError('ValidationError', 400, 'The specified value for roleName is invalid.');
    }
    const role = this.state.roleByName(name);
    if (!role) {
      throw noSuchRole(name);
    }
    return role;
  }

  private rolePolicy(parameters: URLSearchParams): XmlValue {
    const role = this.role(parameters);
    const name = parameters.get('PolicyName') ?? '';
    const document = role.inlinePolicies?.[name];
    if (!document) {
      throw new AwsError('NoSuchEntity', 404, `The role policy with name ${name} cannot be found.`);
    }
    return { RoleName: roleName(role.arn), PolicyName: name, PolicyDocument: encodeDocument(document) };
  }

  private policy(parameters: URLSearchParams): ManagedPolicyRecord {
    const arn = parameters.get('PolicyArn') ?? '';
    const policy = this.state.scenario.managedPolicies.find((each) => each.arn === arn);
    if (!policy) {
      throw new AwsError('NoSuchEntity', 404, `Policy ${arn} does not exist or is not attachable.`);
    }
    return policy;
  }

  private describePolicy(policy: ManagedPolicyRecord): XmlValue {
    return {
      PolicyName: roleName(policy.arn),
      PolicyId: roleIdOf(policy.arn).replace('AROA', 'ANPA'),
      Arn: policy.arn,
      Path: pathOf(policy.arn),
      DefaultVersionId: 'v1',
      AttachmentCount: 1,
      IsAttachable: true,
      CreateDate: this.state.ago(400 * 24 * 60),
      UpdateDate: this.state.ago(400 * 24 * 60),
    };
  }

  /** A caller sees the providers of its own account only. */
  private providers(): OidcProviderRecord[] {
    return this.state.scenario.oidcProviders.filter(({ arn }) => arn.split(':')[4] === this.state.account);
  }

  private provider(parameters: URLSearchParams): OidcProviderRecord {
    const arn = parameters.get('OpenIDConnectProviderArn') ?? '';
    const provider = this.providers().find((each) => each.arn === arn);
    if (!provider) {
      throw new AwsError('NoSuchEntity', 404, `OpenIDConnect Provider not found for arn ${arn}`);
    }
    return provider;
  }
}
