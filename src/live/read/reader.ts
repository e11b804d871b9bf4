import { annotationOf } from '../accountAnnotations.js';
import type { PodRecord, ServiceAccountRecord } from '../kubernetes/records.js';
import { type ClusterState, keyOf } from '../state.js';
import type { LiveFailure, Progress } from '../types.js';
import { AwsReader } from './awsReader.js';
import { EksReader } from './eksReader.js';
import type { Everywhere } from './everywhere.js';
import { KubernetesReader } from './kubernetesReader.js';
import { Pace } from './pace.js';
import { Pool } from './pool.js';
import { type Changes, type ReaderOptions, Reading } from './reading.js';
import { RoleReader } from './roleReader.js';
import { readSourcesOf } from './sourceReader.js';

/** The bulk waits for the first service accounts, so that somebody who waits sees them; no longer than this. */
const FIRST_ROWS_MS = 1_000;

/**
 * Fills a state from both APIs at once. Each call is made once; what fails is noted, and the rest goes on. Only an abort
 * throws.
 */
export class Reader {
  private readonly reading: Reading;
  private readonly roles: RoleReader;
  private readonly kubernetes: KubernetesReader;
  private readonly aws: AwsReader;
  private readonly eks: EksReader;

  /** @param before as an earlier read left it; let go when this one is done */
  constructor(
    state: ClusterState,
    options: ReaderOptions,
    changes: Changes,
    progress: (progress: Progress) => void,
    signal: AbortSignal,
    before?: ClusterState,
  ) {
    const pace = new Pace();
    const rolePool: Pool = new Pool(pace, () => [associationPool]);
    const associationPool: Pool = new Pool(pace, () => [rolePool]);
    this.reading = new Reading(state, options, changes, progress, signal, before);
    this.roles = new RoleReader(this.reading, rolePool);
    this.kubernetes = new KubernetesReader(this.reading, this.roles);
    this.eks = new EksReader(this.reading, this.roles, associationPool);
    this.aws = new AwsReader(this.reading, this.roles, this.eks);
  }

  async read(): Promise<void> {
    const { reading } = this;
    const patience = setTimeout(() => reading.firstRows.reach(), FIRST_ROWS_MS);
    try {
      await Promise.all([this.kubernetes.read(), this.aws.read()]);
      await this.roles.idle();
    } finally {
      clearTimeout(patience);
      reading.firstRows.reach();
    }
    reading.forgetBefore();
  }

  get failures(): readonly LiveFailure[] {
    return this.reading.failures.all;
  }

  /** Where lists ended, for watches: by namespace, or under `*` the one of all. What was not allowed is missing. */
  get versions(): Everywhere['versions'] {
    return this.kubernetes.versions;
  }

  /** Resolves when the first service accounts are there, or will not come soon. */
  get rowsCame(): Promise<void> {
    return this.reading.firstRows.reached;
  }

  /** A role that came up later, by a watch. */
  async readRolesOf(account: ServiceAccountRecord): Promise<void> {
    const arn = annotationOf(account);
    if (arn !== undefined) this.roles.ask(arn, keyOf(account.namespace, account.name));
    await this.roles.idle();
  }

  /** For a pod that came up later and shows another identity than what was read gives: an association is newer, or gone. */
  async readAssociationOf({ namespace, serviceAccount }: PodRecord): Promise<void> {
    await this.eks.readAssociationOf({ namespace, name: serviceAccount });
    await this.roles.idle();
  }

  /** The node of a pod that came up later, where it came up later too. */
  async readNodeOf({ node, namespace, serviceAccount }: PodRecord): Promise<void> {
    if (node !== undefined) await this.kubernetes.readNode(node, keyOf(namespace, serviceAccount));
  }

  /** Secrets and ConfigMaps that came up later. */
  async readSourcesOf(pods: Iterable<PodRecord>): Promise<void> {
    await readSourcesOf(pods, this.reading);
  }
}
