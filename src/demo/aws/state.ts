import { randomBytes } from 'node:crypto';
import type { SigningKey } from '../jwt.js';
import { type AssociationRecord, associationArn, type RoleRecord, type Scenario } from '../scenarioTypes.js';

/** What a set of temporary credentials stands for. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly roleArn: string;
  /** `arn:…:assumed-role/NAME/SESSION` */
  readonly arn: string;
  readonly userId: string;
  readonly expiration: Date;
  readonly tags: Readonly<Record<string, string>>;
}

/** An association as it stands, with what the service adds to it. */
export interface Association extends AssociationRecord {
  readonly arn: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly tags: Readonly<Record<string, string>>;
}

/** The AWS accounts of a scenario: what can be changed, and the credentials that were given out. */
export class AwsState {
  /** By ARN: names are unique in an account only. */
  readonly roles = new Map<string, RoleRecord>();
  /** By id. */
  readonly associations = new Map<string, Association>();
  private readonly byServiceAccount = new Map<string, Association>();
  /** By access key id. */
  readonly sessions = new Map<string, Session>();

  constructor(
    readonly scenario: Scenario,
    /** Keys of the issuers that STS can reach, by issuer without scheme. */
    readonly issuerKeys: ReadonlyMap<string, readonly SigningKey[]>,
    readonly endpoint: { readonly url: string; readonly authority: string },
    readonly unreachableEndpoint: string,
    readonly startedAt: Date,
    readonly now: () => Date,
  ) {
    for (const role of scenario.roles) {
      this.roles.set(role.arn, role);
    }
    for (const record of scenario.associations) {
      const created = this.ago(record.ageMinutes);
      this.putAssociation({
        ...record,
        arn: associationArn(scenario.cluster, record.id),
        createdAt: created,
        modifiedAt: created,
        tags: {},
      });
    }
  }

  ago(minutes: number): Date {
    return new Date(this.startedAt.getTime() - minutes * 60_000);
  }

  get account(): string {
    return this.scenario.cluster.account;
  }

  putAssociation(association: Association): void {
    this.associations.set(association.id, association);
    this.byServiceAccount.set(`${association.namespace}/${association.serviceAccount}`, association);
  }

  deleteAssociation(id: string): void {
    const association = this.associations.get(id);
    if (association) {
      this.associations.delete(id);
      this.byServiceAccount.delete(`${association.namespace}/${association.serviceAccount}`);
    }
  }

  associationOf(namespace: string, serviceAccount: string): Association | undefined {
    return this.byServiceAccount.get(`${namespace}/${serviceAccount}`);
  }

  /** Roles of one account in the order of their names. */
  rolesOf(account: string): RoleRecord[] {
    return [...this.roles.values()]
      .filter(({ arn }) => arn.split(':')[4] === account)
      .sort((left, right) => (roleName(left.arn) < roleName(right.arn) ? -1 : 1));
  }

  /** Names are unique in an account whatever their case and path. */
  roleByName(name: string): RoleRecord | undefined {
    return this.rolesOf(this.account).find(({ arn }) => roleName(arn).toLowerCase() === name.toLowerCase());
  }

  /** Gives out credentials for a role. */
  createSession(
    roleArn: string,
    sessionName: string,
    seconds: number,
    tags: Readonly<Record<string, string>> = {},
  ): Session {
    const unique = randomBytes(12).toString('hex').toUpperCase();
    const [, partition = 'aws', , , account = ''] = roleArn.split(':');
    const roleId = roleIdOf(roleArn);
    const session: Session = {
      accessKeyId: `ASIA${unique.slice(0, 16)}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: `demo-session-${randomBytes(48).toString('base64')}`,
      roleArn,
      arn: `arn:${partition}:sts::${account}:assumed-role/${roleName(roleArn)}/${sessionName}`,
      userId: `${roleId}:${sessionName}`,
      expiration: new Date(this.now().getTime() + seconds * 1000),
      tags,
    };
    this.sessions.set(session.accessKeyId, session);
    return session;
  }
}

/** The last part of a role's ARN, without its path. */
export function roleName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** The path of a role or policy ARN, with a slash at both ends. */
export function pathOf(arn: string): string {
  const resource = arn.split(':').slice(5).join(':');
  return resource.slice(resource.indexOf('/'), resource.lastIndexOf('/') + 1);
}

/** A unique id as IAM gives to each role, the same in every run. */
export function roleIdOf(arn: string): string {
  let hash = 7;
  for (const character of arn) {
    hash = (hash * 31 + character.charCodeAt(0)) % 2 ** 48;
  }
  return `AROADEMO${hash.toString(36).toUpperCase().padStart(13, '0').slice(-13)}`;
}
