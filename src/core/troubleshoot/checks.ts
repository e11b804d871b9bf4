/** What can be looked at to explain an error; each check says what the evidence tells, and unknown is never passed. */
import type { Evidence, EvidenceFinding, LiveEvidence } from './evidence.js';

export type State = 'passed' | 'failed' | 'unknown';

export interface Answer {
  readonly state: State;
  /** The evidence in words: the value, the difference, or why it is not known. */
  readonly text: string;
  /** `iam.tf:22`, `the cluster orders-prod` */
  readonly source?: string;
}

export interface Check {
  readonly id: string;
  readonly title: string;
  /** What to do when it is this. */
  readonly remedy: string;
  /** How a person finds out what the evidence does not tell. */
  readonly by?: string;
  readonly look: (evidence: Evidence) => Answer;
}

const passed = (text: string, source?: string): Answer => ({ state: 'passed', text, ...(source ? { source } : {}) });
const failed = (text: string, source?: string): Answer => ({ state: 'failed', text, ...(source ? { source } : {}) });
const unknown = (text: string, source?: string): Answer => ({ state: 'unknown', text, ...(source ? { source } : {}) });

const NO_CLUSTER = 'only a cluster can tell, and none was looked at';
const NOTHING = 'no service account was chosen';

function clusterOf({ context }: LiveEvidence): string {
  return context === undefined ? 'the cluster' : `the cluster ${context}`;
}

/** Asks the cluster. */
function fromCluster(look: (live: LiveEvidence) => Answer): Check['look'] {
  return ({ live }) => {
    if (!live) return unknown(NO_CLUSTER);
    const answer = look(live);
    return answer.source === undefined ? { ...answer, source: clusterOf(live) } : answer;
  };
}

/** Only a person can find out. */
function person(id: string, title: string, remedy: string, by: string, why: string): Check {
  return { id, title, remedy, by, look: () => unknown(why) };
}

type Subject = 'policy' | 'account' | 'workload' | 'association';

/** What rules of the catalogue say of a part; passed only where that part was read. */
function ruled(
  id: string,
  title: string,
  subject: Subject,
  rules: readonly string[],
  remedy: string,
  by?: string,
): Check {
  return {
    id,
    title,
    remedy,
    ...(by === undefined ? {} : { by }),
    look: (evidence) => {
      const { files, live } = evidence;
      const inFiles = files?.findings.find(({ ruleId }) => rules.includes(ruleId));
      const inCluster = live?.findings?.find(({ ruleId }) => rules.includes(ruleId));
      // What runs is what failed: the cluster's word comes first.
      if (live && inCluster) return failed(inCluster.message, clusterOf(live));
      if (inFiles) return failed(inFiles.message, inFiles.where);
      const read = whatWasRead(evidence, subject);
      return read.was ? passed('nothing of the kind is found', read.source) : unknown(read.why);
    },
  };
}

function whatWasRead(
  { files, live }: Evidence,
  subject: Subject,
): { readonly was: true; readonly source: string } | { readonly was: false; readonly why: string } {
  if (live) {
    const source = clusterOf(live);
    switch (subject) {
      case 'policy':
        return live.role
          ? { was: true, source }
          : { was: false, why: live.unknown.find((why) => /role|trust/.test(why)) ?? 'no trust policy was read' };
      case 'workload':
        return live.pods.known && live.pods.total > 0
          ? { was: true, source }
          : { was: false, why: live.pods.known ? 'no pod runs' : 'its pods could not be listed' };
      case 'association':
        return live.associationId !== undefined
          ? { was: true, source }
          : { was: false, why: live.unknown.find((why) => /association/i.test(why)) ?? 'it has no association' };
      case 'account': {
        const gap = live.unknown.find((why) => why.startsWith('the service account'));
        return gap === undefined ? { was: true, source } : { was: false, why: gap };
      }
    }
  }
  if (!files) return { was: false, why: NOTHING };
  const { identity } = files;
  const place = {
    policy: identity.trustPolicy,
    workload: identity.workloads[0]?.place,
    association: identity.association,
    account: identity.place,
  }[subject];
  const missing = {
    policy: 'the trust policy is not in the workspace',
    workload: 'no workload of the files names it',
    association: 'no association is in the files',
    account: 'it is not in the files',
  }[subject];
  return place ? { was: true, source: place.file } : { was: false, why: missing };
}

interface Verdict {
  readonly mechanism: string;
  readonly reason: string;
  readonly trust: string;
  readonly miss: string | undefined;
  readonly source: string;
}

/** The cluster's where there is one: it is the cluster's pod that failed. */
function verdictOf({ files, live }: Evidence): Verdict | undefined {
  if (live) {
    const { mechanism, reason, trust, trustDetail } = live;
    return { mechanism, reason, trust, miss: trustDetail?.nearestMiss ?? trustDetail?.why, source: clusterOf(live) };
  }
  if (!files) return undefined;
  const { mechanism, reason, trust, nearestMiss, place, trustPolicy } = files.identity;
  return { mechanism, reason, trust, miss: nearestMiss, source: (trustPolicy ?? place).file };
}

// ── Trust ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const trustAllows: Check = {
  id: 'trust-allows',
  title: 'The trust policy of the role lets this service account in',
  remedy:
    'Correct what differs in the trust policy: `…:sub`, `…:aud`, the provider, or for Pod Identity the service and its actions.',
  by: '`aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument`',
  look: (evidence) => {
    const verdict = verdictOf(evidence);
    if (!verdict) return unknown(NOTHING);
    const { trust, miss, source } = verdict;
    if (trust === 'allowed') return passed('it is allowed', source);
    if (trust === 'denied') return failed(`denied${miss ? `: ${miss}` : ''}`, source);
    const missing = evidence.live?.findings?.find(({ ruleId }) => ruleId === 'live-role-not-found');
    if (missing) return failed(missing.message, source);
    return unknown(miss ?? evidence.live?.unknown[0] ?? 'the trust policy was not read', source);
  },
};

export const trustWildcards = ruled(
  'trust-wildcards',
  'No wildcard stands where it is a plain character',
  'policy',
  ['trust-literal-wildcard'],
  'Use `StringLike` for a pattern; under `StringEquals` a `*` is a star.',
);

export const trustIssuerForm = ruled(
  'trust-issuer-form',
  'The condition keys begin with the issuer as EKS writes it',
  'policy',
  ['trust-malformed-issuer', 'trust-unknown-claim'],
  'Keys are `oidc.eks.REGION.amazonaws.com/id/ID:sub`: no `https://`, no ARN, host in that order.',
  '`aws eks describe-cluster --name CLUSTER --query cluster.identity.oidc.issuer`',
);

export const trustClaims = ruled(
  'trust-claims',
  '`:sub` holds the subject and `:aud` the audience',
  'policy',
  ['trust-swapped-claims', 'trust-malformed-subject', 'trust-wrong-audience'],
  'The subject is `system:serviceaccount:NAMESPACE:NAME`, the audience `sts.amazonaws.com`.',
);

export const trustsMechanism: Check = {
  id: 'trusts-mechanism',
  title: 'The role trusts the mechanism that the pod uses at all',
  remedy:
    'For IRSA allow the OIDC provider `sts:AssumeRoleWithWebIdentity`; for Pod Identity allow `pods.eks.amazonaws.com` `sts:AssumeRole` and `sts:TagSession`.',
  look: (evidence) => {
    const found = findingOf(evidence, ['trust-action-mismatch', 'association-trust-denied']);
    const verdict = verdictOf(evidence);
    if (!verdict) return unknown(NOTHING);
    if (verdict.trust === 'allowed') return passed('it does', verdict.source);
    if (found) return failed(found.message, found.where ?? verdict.source);
    const policy = evidence.files?.identity.policy;
    if (verdict.trust === 'denied' && policy && !evidence.live) {
      const wanted = verdict.mechanism === 'irsa' ? 'Federated' : 'Service';
      const types = new Set(policy.statements.flatMap(({ principals }) => principals.map(({ type }) => type)));
      if (!types.has(wanted) && !types.has('*'))
        return failed(`it trusts ${[...types].join(', ') || 'nobody'}, and no ${wanted} principal`, verdict.source);
    }
    if (verdict.trust === 'denied') {
      return /no statement|trusts|principal|provider|service|TagSession/i.test(verdict.miss ?? '')
        ? failed(verdict.miss ?? 'it does not', verdict.source)
        : passed('a statement of the policy is for it, and something else of it differs', verdict.source);
    }
    return unknown(verdict.miss ?? 'the trust policy was not read', verdict.source);
  },
};

export const trustProvider: Check = {
  id: 'trust-provider',
  title: 'The trust policy names the provider of this cluster’s issuer, in the role’s own account',
  remedy:
    'Name `arn:aws:iam::ACCOUNT:oidc-provider/ISSUER` with the role’s account and the issuer of the cluster that the pod runs in.',
  by: '`aws eks describe-cluster --name CLUSTER --query cluster.identity.oidc.issuer` against `Federated`',
  look: (evidence) => {
    const verdict = verdictOf(evidence);
    if (!verdict) return unknown(NOTHING);
    const found = findingOf(evidence, ['trust-issuer-mismatch', 'trust-malformed-arn']);
    if (found) return failed(found.message, found.where ?? verdict.source);
    // Files try each provider that they name, so this is no denial to them.
    const foreign = evidence.live ? undefined : foreignProvider(evidence);
    if (foreign) return failed(foreign, verdict.source);
    if (verdict.trust === 'allowed') return passed('it does', verdict.source);
    if (verdict.trust === 'denied' && /issuer|provider|account|oidc/i.test(verdict.miss ?? ''))
      return failed(verdict.miss ?? '', verdict.source);
    if (verdict.trust === 'denied' && evidence.live) return passed('it does; something else differs', verdict.source);
    if (verdict.trust === 'denied')
      return unknown('the files do not say which cluster the pods run in; compare its issuer', verdict.source);
    return unknown(verdict.miss ?? 'the trust policy was not read', verdict.source);
  },
};

/** A provider must stand in the role's own account. */
function foreignProvider({ files }: Evidence): string | undefined {
  const arn = files?.identity.roleArn;
  const account = /^arn:[^:]+:iam::(\d{12}):role\//.exec(arn ?? '')?.[1];
  if (account === undefined || !files?.identity.policy) return undefined;
  const accounts = files.identity.policy.statements.flatMap(({ principals }) =>
    principals.flatMap(({ type, value }) => {
      const other = type === 'Federated' ? /^arn:[^:]+:iam::(\d{12}):oidc-provider\//.exec(value.raw)?.[1] : undefined;
      return other === undefined ? [] : [other];
    }),
  );
  if (accounts.length > 0 && !accounts.includes(account))
    return `the provider's account '${accounts[0]}' ≠ '${account}', the role's`;
  return undefined;
}

export const policyPrincipals = ruled(
  'policy-principals',
  'Every principal is well-formed',
  'policy',
  ['trust-malformed-arn', 'trust-malformed-issuer', 'trust-wildcard-principal'],
  '`Federated` is an ARN `arn:aws:iam::ACCOUNT:oidc-provider/HOST/id/ID`, without `https://`; keys have no scheme either.',
);

export const policyElements = ruled(
  'policy-elements',
  'The trust policy has only the elements that trust policies may have',
  'policy',
  ['trust-prohibited-element', 'trust-unknown-action', 'trust-duplicate-key'],
  'Take `Resource` and `NotResource` out: the role itself is the resource. Actions are those of STS only.',
);

export const policySize = ruled(
  'policy-size',
  'The trust policy fits the quota',
  'policy',
  ['trust-oversize'],
  'Join subjects by a pattern under `StringLike`, give services roles of their own, use Pod Identity, or raise the quota (2,048 characters by default).',
);

// ── Token, provider ────────────────────────────────────────────────────────────────────────────────────────────────────

export const providerExists: Check = {
  id: 'provider-exists',
  title: 'IAM has an OIDC provider for the issuer of this cluster',
  remedy: '`eksctl utils associate-iam-oidc-provider --cluster CLUSTER --approve`, in the account of the role.',
  by: '`aws iam list-open-id-connect-providers`',
  look: fromCluster(({ oidcProvider }) => {
    if (!oidcProvider.known) return unknown(oidcProvider.why);
    return oidcProvider.value.exists ? passed('it exists') : failed('there is none');
  }),
};

export const audienceRegistered: Check = {
  id: 'audience-registered',
  title: 'The token’s audience is a client id of that provider',
  remedy:
    'Register it (`aws iam add-client-id-to-open-id-connect-provider`), or remove the annotation `eks.amazonaws.com/audience`.',
  by: '`aws iam get-open-id-connect-provider --open-id-connect-provider-arn ARN`',
  look: fromCluster(({ oidcProvider, audience }) => {
    if (!oidcProvider.known) return unknown(oidcProvider.why);
    return oidcProvider.value.clientIds.includes(audience)
      ? passed(`'${audience}' is registered`)
      : failed(`'${audience}' is not among '${oidcProvider.value.clientIds.join("', '")}'`);
  }),
};

export const thumbprint = person(
  'provider-thumbprint',
  'The provider’s thumbprint is that of the issuer’s certificate authority',
  '`aws iam update-open-id-connect-provider-thumbprint`; for issuers of EKS IAM fetches it by itself, so make the provider anew without one.',
  '`openssl s_client -servername HOST -showcerts -connect HOST:443` against `ThumbprintList`',
  'the issuer’s certificate is not looked at from here',
);

// ── Environment of the pod ─────────────────────────────────────────────────────────────────────────────────────────────

export const usesIrsa: Check = {
  id: 'uses-irsa',
  title: 'The service account uses IRSA, and nothing else wins',
  remedy: 'Annotate the ServiceAccount (not the Pod or the Deployment) with `eks.amazonaws.com/role-arn`.',
  by: '`kubectl get serviceaccount NAME --output yaml`',
  look: (evidence) => mechanismIs(evidence, ['irsa']),
};

export const usesPodIdentity: Check = {
  id: 'uses-pod-identity',
  title: 'An association gives the service account its role',
  remedy: '`aws eks create-pod-identity-association`, with exactly this cluster, namespace and service account.',
  by: '`aws eks list-pod-identity-associations --cluster-name CLUSTER`',
  look: (evidence) => mechanismIs(evidence, ['pod-identity', 'both']),
};

export const hasIdentity: Check = {
  id: 'has-identity',
  title: 'The service account has a role, by annotation or association',
  remedy: 'Annotate it for IRSA, or create an association for EKS Pod Identity; one of the two.',
  look: (evidence) => mechanismIs(evidence, ['irsa', 'pod-identity', 'both']),
};

function mechanismIs(evidence: Evidence, wanted: readonly string[]): Answer {
  const verdict = verdictOf(evidence);
  if (!verdict) return unknown(NOTHING);
  const { mechanism, reason, source } = verdict;
  if (wanted.includes(mechanism)) return passed(reason, source);
  return mechanism === 'unknown' || /unknown/.test(reason) ? unknown(reason, source) : failed(reason, source);
}

export const annotationForm = ruled(
  'annotation-form',
  '`eks.amazonaws.com/role-arn` is a whole role ARN',
  'account',
  ['sa-malformed-role-arn', 'sa-invalid-option'],
  'Write `arn:aws:iam::ACCOUNT:role/PATH/NAME` without blanks or quotes inside; the webhook passes on whatever stands there.',
);

export const annotationPlace = ruled(
  'annotation-place',
  'The annotation stands on the ServiceAccount, with its key spelled right',
  'account',
  ['sa-misplaced-annotation', 'sa-misspelled-annotation', 'sa-legacy-annotation', 'sa-missing-annotation'],
  'Move it from the Pod or Deployment to the ServiceAccount; the key is `eks.amazonaws.com/role-arn`.',
);

export const podNamesAccount: Check = {
  id: 'pod-names-account',
  title: 'The pod names the service account',
  remedy: 'Set `spec.serviceAccountName` in the pod template; without it pods run as `default`.',
  by: '`kubectl get pod POD --output jsonpath={.spec.serviceAccountName}`',
  look: ({ files, live }) => {
    if (live) {
      const source = clusterOf(live);
      if (!live.pods.known) return unknown('pods could not be listed', source);
      return live.pods.total > 0 ? passed(`${live.pods.total} do`, source) : failed('no pod runs as it', source);
    }
    if (!files) return unknown(NOTHING);
    const { workloads } = files.identity;
    return workloads.length > 0
      ? passed(workloads.map(({ kind, name }) => `${kind} ${name}`).join(', '), workloads[0]!.place.file)
      : unknown('no workload of the files names it');
  },
};

export const podsFresh: Check = {
  id: 'pods-fresh',
  title: 'The pods started after the annotation or association',
  remedy: '`kubectl rollout restart` of the workload: the environment is set when a pod is created.',
  by: '`kubectl describe pod POD`: `AWS_ROLE_ARN` or `AWS_CONTAINER_CREDENTIALS_FULL_URI` must be there',
  look: fromCluster(({ pods }) => {
    if (!pods.known) return unknown('pods could not be listed');
    if (pods.total === 0) return unknown('no pod runs');
    const stale = pods.list.find((pod) => pod.stale);
    return pods.stale === 0
      ? passed(`all ${pods.total} have what new pods get`)
      : failed(`${pods.stale} of ${pods.total} did not${stale?.note ? `: ${stale.name} ${stale.note}` : ''}`);
  }),
};

export const webhookReached: Check = {
  id: 'webhook-reached',
  title: 'The webhook changed the pods',
  remedy:
    'The control plane must reach the webhook; pods with the label `eks.amazonaws.com/skip-pod-identity-webhook` are left out.',
  by: '`kubectl get mutatingwebhookconfigurations pod-identity-webhook`',
  look: fromCluster(({ pods, winner }) => {
    if (!pods.known) return unknown('pods could not be listed');
    if (pods.total === 0) return unknown('no pod runs');
    if (winner !== 'irsa' && winner !== 'pod-identity') return unknown('there is nothing that it would inject');
    const bare = pods.list.filter(({ identity }) => identity?.kind === 'none');
    return bare.length === 0
      ? passed('every pod has the variables')
      : failed(
          `${bare[0]!.name} has no identity variables${bare.length > 1 ? `, nor have ${bare.length - 1} more` : ''}`,
        );
  }),
};

export const noPreset = ruled(
  'no-preset-environment',
  'No AWS variables are set by hand in the pod',
  'workload',
  ['workload-preset-identity-env', 'workload-static-credentials'],
  'Remove `AWS_ROLE_ARN`, `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_CONTAINER_*` and static keys from `env`: the webhook does not overwrite them, and SDKs take keys first.',
  '`kubectl exec POD -- env | grep AWS_`',
);

export const tokenReadable = person(
  'token-readable',
  'The process may read the token file',
  'Set `securityContext.fsGroup` of the pod (any group will do), or run as the file’s owner; kubelets before 1.19 make it readable for root only.',
  '`kubectl exec POD -- ls -lL /var/run/secrets/eks.amazonaws.com/serviceaccount/`',
  'who runs in the container is not looked at from here',
);

export const regionalEndpoint: Check = {
  id: 'regional-endpoint',
  title: 'The pod asks the regional STS endpoint, and reaches it',
  remedy:
    'Annotate the service account with `eks.amazonaws.com/sts-regional-endpoints: "true"` and set `AWS_REGION`; in a cluster without a way out add the VPC endpoint `com.amazonaws.REGION.sts`.',
  by: '`kubectl exec POD -- env | grep -e AWS_STS -e AWS_REGION`; `aws ec2 describe-vpc-endpoints`',
  look: ({ files }) => {
    if (!files) return unknown('what the SDK asks depends on the region and version in the container');
    const { variants, fact } = files.identity.account;
    const found = variants
      .flatMap(({ annotations }) => annotations)
      .findLast(({ key }) => key.raw === 'eks.amazonaws.com/sts-regional-endpoints');
    const value = found?.value?.kind === 'string' ? found.value.raw : undefined;
    const { file } = fact.node.document;
    if (value !== undefined && /^(?:0|f|false)$/i.test(value))
      return failed(`'eks.amazonaws.com/sts-regional-endpoints' is '${value}'`, file);
    return value !== undefined && /^(?:1|t|true)$/i.test(value)
      ? passed('the annotation asks for it; whether it is reached is not known', file)
      : unknown('no annotation asks for it; EKS does since 1.23, old SDKs take the global one', file);
  },
};

// ── Pod Identity ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const agentRuns: Check = {
  id: 'agent-runs',
  title: 'The Pod Identity agent runs on the nodes',
  remedy:
    '`aws eks create-addon --addon-name eks-pod-identity-agent --cluster-name CLUSTER` (built in under Auto Mode).',
  by: '`kubectl --namespace kube-system get daemonset eks-pod-identity-agent`',
  look: fromCluster(({ agent }) => {
    if (!agent.known) return unknown(agent.why);
    if (agent.value.kind === 'missing') return failed('it is not installed');
    return agent.value.healthy
      ? passed(agent.value.kind)
      : failed(`${agent.value.kind} ${agent.value.status ?? 'is not healthy'}`);
  }),
};

export const computeSupports: Check = {
  id: 'compute-supports',
  title: 'The pods run where Pod Identity works: Linux nodes, not Fargate, not Windows',
  remedy: 'Use IRSA for pods on Fargate and Windows.',
  look: (evidence) => {
    const { live } = evidence;
    const found = findingOf(evidence, ['workload-unsupported-compute']);
    if (found) return failed(found.message, found.where);
    if (!live) return unknown(NO_CLUSTER);
    if (!live.pods.known) return unknown('pods could not be listed', clusterOf(live));
    if (live.pods.total === 0) return unknown('no pod runs', clusterOf(live));
    const bad = live.pods.list.find(({ compute }) => compute === 'fargate' || compute === 'windows');
    if (bad) return failed(`${bad.name} runs on ${bad.compute}`, clusterOf(live));
    const open = live.pods.list.find(({ compute }) => compute === 'unknown');
    return open
      ? unknown(`what ${open.name} runs on is not known`, clusterOf(live))
      : passed('none is elsewhere', clusterOf(live));
  },
};

export const tagSession: Check = {
  id: 'tag-session',
  title: 'Every role of the chain may be tagged: `sts:TagSession` is allowed',
  remedy:
    'Allow `sts:TagSession` beside `sts:AssumeRole`: in the role’s trust policy to `pods.eks.amazonaws.com`, in a target role’s to the first role, and in the first role’s permissions on the target. Or disable session tags.',
  look: (evidence) => {
    const found = findingOf(evidence, ['trust-missing-tag-session', 'association-trust-denied', 'association-invalid']);
    if (found) return failed(found.message, found.where);
    const verdict = verdictOf(evidence);
    if (!verdict) return unknown(NOTHING);
    if (verdict.trust === 'denied' && /TagSession/.test(verdict.miss ?? ''))
      return failed(verdict.miss ?? '', verdict.source);
    const target = evidence.live?.association?.targetRoleArn;
    const gap =
      target === undefined
        ? undefined
        : evidence.live?.unknown.find((why) => why.includes('target') || /role/.test(why));
    if (gap !== undefined) return unknown(gap, verdict.source);
    return verdict.trust === 'allowed' ? passed('it is', verdict.source) : unknown('the trust policy was not read');
  },
};

export const nodeMayAssume = person(
  'node-may-assume',
  'The node role may call `eks-auth:AssumeRoleForPodIdentity`',
  'Attach `AmazonEKSWorkerNodePolicy` to the node role.',
  '`aws iam list-attached-role-policies --role-name NODE_ROLE`',
  'permissions of the node role are not looked at from here',
);

export const noProxy = person(
  'no-proxy',
  'No proxy stands before the agent',
  'Add `169.254.170.23,[fd00:ec2::23]` to `NO_PROXY`.',
  '`kubectl exec POD -- env | grep -i proxy`',
  'the container’s proxy settings are not looked at from here',
);

export const noAssociationYet: Check = {
  id: 'no-association-yet',
  title: 'The service account has no association yet',
  remedy: 'Update the association that exists, or delete it first: one service account has one association a cluster.',
  by: '`aws eks list-pod-identity-associations --cluster-name CLUSTER --namespace NS --service-account NAME`',
  look: fromCluster(({ associationId, unknown: gaps }) => {
    if (associationId !== undefined) return failed(`it has '${associationId}'`);
    const gap = gaps.find((why) => /associations/i.test(why));
    return gap === undefined ? passed('it has none') : unknown(gap);
  }),
};

export const passRole = person(
  'pass-role',
  'Who creates the association may pass the role',
  'Allow that person or pipeline `iam:PassRole` and `iam:GetRole` on the role.',
  '`aws iam simulate-principal-policy --policy-source-arn YOU --action-names iam:PassRole --resource-arns ROLE`',
  'your own permissions are not looked at from here',
);

export const sessionTagsNeeded: Check = {
  id: 'session-tags-needed',
  title: 'The session tags, or the session policy, are needed and short',
  remedy:
    'Set `disableSessionTags` on the association where no policy uses the tags, or shorten the session policy and the chain’s own tags.',
  look: fromCluster(({ association, associationId }) => {
    if (associationId === undefined) return unknown('it has no association');
    const { disableSessionTags, hasSessionPolicy, targetRoleArn } = association ?? {};
    if (disableSessionTags)
      return passed(hasSessionPolicy ? 'tags are disabled; its session policy counts' : 'tags are disabled');
    return targetRoleArn === undefined
      ? unknown('EKS adds its six tags; how long the rest is, is not known')
      : failed('EKS adds its six tags, and they go on to the target role');
  }),
};

// ── SDKs ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const sdkForIrsa = person(
  'sdk-for-irsa',
  'The SDK is new enough for web identity',
  'boto3 1.9.220, JS v3 3.27.0, Java v2 2.10.11, Go v1 1.23.13, AWS CLI 1.16.232 or later.',
  'the application’s lock file',
  'the SDK in the container is not looked at from here',
);

export const sdkForPodIdentity = person(
  'sdk-for-pod-identity',
  'The SDK knows the agent’s address',
  'boto3 1.34.41, JS v3 3.458.0, Java v2 2.21.30, Go v1 1.47.11, AWS CLI v2 2.15.0 or later.',
  'the application’s lock file',
  'the SDK in the container is not looked at from here',
);

function findingOf({ files, live }: Evidence, rules: readonly string[]): EvidenceFinding | undefined {
  const inCluster = live?.findings?.find(({ ruleId }) => rules.includes(ruleId));
  if (live && inCluster) return { ...inCluster, where: clusterOf(live) };
  return files?.findings.find(({ ruleId }) => rules.includes(ruleId));
}
