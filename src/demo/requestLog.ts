export type Service =
  | 'kubernetes'
  | 'iam'
  | 'sts'
  | 'eks'
  | 'eks-auth'
  | 'ec2'
  | 'access-analyzer'
  | 'cloudtrail'
  | 'unknown';

export interface LoggedRequest {
  readonly service: Service;
  /** `list pods`, `watch pods`, `create serviceaccounts/token` for Kubernetes; `GetRole` and the like for AWS. */
  readonly operation: string;
  readonly method: string;
  /** Path with query; bodies and headers are not kept, but for `input`, so that no token ends in a log. */
  readonly path: string;
  /** What the call was about: role name, namespace/name, association id; empty where nothing is. */
  readonly subject: string;
  /** What a change was made with: the patch of an object, the input of an AWS operation that changes something. No secrets are in these. */
  readonly input?: unknown;
}

/** Every request the demo servers received, in order. */
export class RequestLog {
  readonly entries: LoggedRequest[] = [];

  record(entry: LoggedRequest): void {
    this.entries.push(entry);
  }

  /** How many requests were made; of one operation if given, and about one subject if given. */
  count(operation?: string, subject?: string): number {
    return this.entries.filter(
      (entry) =>
        (operation === undefined || entry.operation === operation) &&
        (subject === undefined || entry.subject === subject),
    ).length;
  }

  /** Number of requests by `service operation`. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { service, operation } of this.entries) {
      const name = `${service} ${operation}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  clear(): void {
    this.entries.length = 0;
  }
}
