import { readClaims, verifyToken } from '../jwt.js';
import type { RoleRecord } from '../scenarioTypes.js';
import { AwsError } from './errors.js';
import { type AwsState, roleName, type Session } from './state.js';
import { permits, trusts } from './trust.js';
import type { XmlValue } from './xml.js';

/** Who signed a request. */
export type Caller =
  | { readonly kind: 'user'; readonly arn: string; readonly userId: string; readonly account: string }
  | { readonly kind: 'session'; readonly session: Session };

function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

/** Lower-case constraint texts are the service's own. */
function validateRoleArn(arn: string): void {
  if (arn.length < 20) {
    throw new AwsError(
      'ValidationError',
      400,
      `1 validation error detected: Value '${arn}' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20`,
    );
  }
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/.test(arn)) {
    throw new AwsError('ValidationError', 400, `${arn} is invalid`);
  }
}

function validateSession(name: string, seconds: number, maximum: number): void {
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
    throw new AwsError(
      'ValidationError',
      400,
      `1 validation error detected: Value '${name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  if (!Number.isInteger(seconds) || seconds < 900) {
    throw new AwsError(
      'ValidationError',
      400,
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
    );
  }
  if (seconds > maximum) {
    throw new AwsError(
      'ValidationError',
      400,
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
}

function credentials(session: Session): XmlValue {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: session.expiration,
  };
}

/** What trust policies know a caller by. */
function principalNames(caller: Caller): string[] {
  const arns = caller.kind === 'session' ? [caller.session.arn, caller.session.roleArn] : [caller.arn];
  const account = caller.kind === 'session' ? accountOf(caller.session.roleArn) : caller.account;
  return [...arns, account, `arn:aws:iam::${account}:root`];
}

/** Session tags of a request: `Tags.member.N.Key` and `.Value`. */
function tagsOf(parameters: URLSearchParams): Record<string, string> {
  const tags: Record<string, string> = {};
  for (let index = 1; parameters.has(`Tags.member.${index}.Key`); index += 1) {
    tags[parameters.get(`Tags.member.${index}.Key`) ?? ''] = parameters.get(`Tags.member.${index}.Value`) ?? '';
  }
  return tags;
}

function requestTagKeys(tags: Readonly<Record<string, string>>): Record<string, string[]> {
  const keys: Record<string, string[]> = {};
  for (const [key, value] of Object.entries(tags)) {
    keys[`aws:RequestTag/${key}`] = [value];
  }
  if (Object.keys(tags).length > 0) {
    keys['aws:TagKeys'] = Object.keys(tags);
  }
  return keys;
}

/** The Security Token Service (query protocol, version 2011-06-15). */
export class Sts {
  constructor(private readonly state: AwsState) {}

  call(operation: string, parameters: URLSearchParams, caller: Caller | undefined): XmlValue {
    if (operation === 'AssumeRoleWithWebIdentity') {
      return this.assumeRoleWithWebIdentity(parameters);
    }
    if (!caller) {
      throw new AwsError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
    }
    switch (operation) {
      case 'GetCallerIdentity':
        return caller.kind === 'session'
          ? { Arn: caller.session.arn, UserId: caller.session.userId, Account: accountOf(caller.session.roleArn) }
          : { Arn: caller.arn, UserId: caller.userId, Account: caller.account };
      case 'AssumeRole':
        return this.assumeRole(parameters, caller);
      default:
        throw new AwsError('InvalidAction', 400, `Could not find operation ${operation} for version 2011-06-15`);
    }
  }

  private assumeRoleWithWebIdentity(parameters: URLSearchParams): XmlValue {
    const arn = parameters.get('RoleArn') ?? '';
    const token = parameters.get('WebIdentityToken') ?? '';
    const sessionName = parameters.get('RoleSessionName') ?? '';
    validateRoleArn(arn);
    const { issuer, subject, audience } = this.checkToken(token, accountOf(arn));
    const providerArn = `arn:${arn.split(':')[1]}:iam::${accountOf(arn)}:oidc-provider/${issuer}`;
    const role = this.state.roles.get(arn);
    const trusted =
      role !== undefined &&
      trusts(role.trustPolicy, {
        action: 'sts:AssumeRoleWithWebIdentity',
        principal: { type: 'Federated', names: [providerArn] },
        keys: {
          [`${issuer}:sub`]: [subject],
          [`${issuer}:aud`]: [audience],
          'aws:FederatedProvider': [providerArn],
          'sts:RoleSessionName': [sessionName],
        },
      });
    if (!trusted) {
      // The same words whether the role denies or does not exist, as in the real service.
      throw new AwsError('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
    }
    const seconds = Number(parameters.get('DurationSeconds') ?? 3600);
    validateSession(sessionName, seconds, role.maxSessionDuration ?? 3600);
    const session = this.state.createSession(arn, sessionName, seconds);
    return {
      SubjectFromWebIdentityToken: subject,
      Audience: audience,
      AssumedRoleUser: { Arn: session.arn, AssumedRoleId: session.userId },
      Credentials: credentials(session),
      Provider: providerArn,
    };
  }

  /** Everything STS checks of a token before it looks at the role. */
  private checkToken(token: string, account: string): { issuer: string; subject: string; audience: string } {
    const read = readClaims(token);
    if (!read) {
      throw new AwsError(
        'InvalidIdentityToken',
        400,
        'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
      );
    }
    const issuer = String(read.iss ?? '').replace(/^https:\/\//, '');
    const provider = this.state.scenario.oidcProviders.find(({ arn }) =>
      arn.endsWith(`::${account}:oidc-provider/${issuer}`),
    );
    if (!provider) {
      throw new AwsError(
        'InvalidIdentityToken',
        400,
        `No OpenIDConnect provider found in your account for https://${issuer}`,
      );
    }
    const keys = this.state.issuerKeys.get(issuer);
    if (!keys) {
      throw new AwsError(
        'IDPCommunicationError',
        400,
        `Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements`,
      );
    }
    const verified = verifyToken(token, keys);
    if (!verified.valid) {
      throw new AwsError(
        'InvalidIdentityToken',
        400,
        "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
      );
    }
    const now = this.state.now().getTime() / 1000;
    const { claims } = verified;
    if (typeof claims.exp !== 'number' || claims.exp <= now) {
      throw new AwsError(
        'ExpiredTokenException',
        400,
        `Token expired: current date/time ${Math.floor(now)} must be before the expiration date/time ${String(claims.exp)}`,
      );
    }
    const audiences = [claims.aud].flat().map(String);
    const audience = audiences.find((each) => provider.clientIds.includes(each));
    if (audience === undefined) {
      throw new AwsError('InvalidIdentityToken', 400, 'Incorrect token audience');
    }
    return { issuer, subject: String(claims.sub ?? ''), audience };
  }

  private assumeRole(parameters: URLSearchParams, caller: Caller): XmlValue {
    const arn = parameters.get('RoleArn') ?? '';
    validateRoleArn(arn);
    const sessionName = parameters.get('RoleSessionName') ?? '';
    const seconds = Number(parameters.get('DurationSeconds') ?? 3600);
    const externalId = parameters.get('ExternalId');
    const session = this.chain(caller, arn, sessionName, seconds, tagsOf(parameters), externalId ?? undefined);
    return {
      AssumedRoleUser: { Arn: session.arn, AssumedRoleId: session.userId },
      Credentials: credentials(session),
    };
  }

  /** One role to the next: the target's trust policy and, for a role, its own permissions have to allow it. */
  chain(
    caller: Caller,
    arn: string,
    sessionName: string,
    seconds: number,
    tags: Readonly<Record<string, string>>,
    externalId: string | undefined,
  ): Session {
    const names = principalNames(caller);
    const who = caller.kind === 'session' ? caller.session.arn : caller.arn;
    const actions = Object.keys(tags).length > 0 ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'];
    const target = this.state.roles.get(arn);
    const source = caller.kind === 'session' ? this.state.roles.get(caller.session.roleArn) : undefined;
    for (const action of actions) {
      const trusted =
        target !== undefined &&
        trusts(target.trustPolicy, {
          action,
          principal: { type: 'AWS', names },
          keys: {
            ...requestTagKeys(tags),
            'aws:PrincipalArn': [caller.kind === 'session' ? caller.session.roleArn : caller.arn],
            'aws:PrincipalAccount': [caller.kind === 'session' ? accountOf(caller.session.roleArn) : caller.account],
            'sts:RoleSessionName': [sessionName],
            ...(externalId === undefined ? {} : { 'sts:ExternalId': [externalId] }),
          },
        });
      if (!trusted || (source !== undefined && !permits(this.permissionsOf(source), action, arn))) {
        throw new AwsError(
          'AccessDenied',
          403,
          `User: ${who} is not authorized to perform: ${action} on resource: ${arn}`,
        );
      }
    }
    // Role chaining is for an hour at most.
    const maximum = caller.kind === 'session' ? 3600 : (target?.maxSessionDuration ?? 3600);
    validateSession(sessionName, seconds, maximum);
    return this.state.createSession(arn, sessionName, seconds, tags);
  }

  private permissionsOf(role: RoleRecord): unknown[] {
    const managed = (role.attachedPolicyArns ?? []).map(
      (arn) => this.state.scenario.managedPolicies.find((each) => each.arn === arn)?.document,
    );
    return [...managed, ...Object.values(role.inlinePolicies ?? {})];
  }
}

/** The name EKS gives to sessions of Pod Identity. */
export function podSessionName(cluster: string, pod: string, unique: string): string {
  return `eks-${cluster.slice(0, 14)}-${roleName(pod).slice(0, 10)}-${unique}`.slice(0, 64);
}
