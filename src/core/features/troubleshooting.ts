import type { FileIdentity } from './identities.js';

/** What a check needs to know of the service account; a part that nobody read is absent. */
export interface LiveEvidence {
  readonly namespace: string;
  readonly name: string;
  readonly mechanism: string;
  readonly winner: string;
  readonly reason: string;
  readonly roleArn?: string;
  readonly audience: string;
  readonly trust: string;
  readonly trustDetail?: { readonly nearestMiss?: string; readonly why?: string };
  readonly pods: {
    readonly known: boolean;
    readonly total: number;
    readonly stale: number;
    readonly list: readonly {
      readonly name: string;
      readonly compute: string;
      readonly stale: boolean;
      readonly note?: string;
    }[];
  };
  readonly unknown: readonly string[];
  readonly agent: Known<{ readonly kind: string; readonly healthy: boolean; readonly status?: string }>;
  readonly oidcProvider: Known<{ readonly exists: boolean; readonly clientIds: readonly string[] }>;
}
type Known<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

export type Evidence =
  | { readonly kind: 'files'; readonly identity: FileIdentity }
  | { readonly kind: 'live'; readonly account: LiveEvidence };

type Answer = { readonly mark: '✓' | '✗' | '?'; readonly text: string };

interface CheckItem {
  readonly title: string;
  /** What to do when it is this. */
  readonly remedy: string;
  /** What the evidence says; undefined: a person must look. */
  readonly look?: (evidence: Evidence) => Answer | undefined;
  readonly by?: string;
}

export interface Symptom {
  readonly title: string;
  readonly example: string;
  readonly matches: RegExp;
  readonly meaning: string;
  readonly checks: readonly CheckItem[];
}

const yes = (text: string): Answer => ({ mark: '✓', text });
const no = (text: string): Answer => ({ mark: '✗', text });
const open = (text: string): Answer => ({ mark: '?', text });

// ── The checks ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const usesIrsa: CheckItem = {
  title: 'The service account uses IRSA, and nothing else wins',
  remedy: 'Annotate the ServiceAccount (not the Pod or the Deployment) with `eks.amazonaws.com/role-arn`.',
  look: (evidence) => {
    const { mechanism, reason } = subject(evidence);
    if (mechanism === 'irsa') return yes(reason);
    return mechanism === 'unknown' ? open(reason) : no(reason);
  },
};

const trustAllows: CheckItem = {
  title: 'The trust policy of the role lets this service account in',
  remedy:
    'Correct `…:sub`, `…:aud`, or the provider in the trust policy; the row’s explanation names the exact difference.',
  look: (evidence) => {
    const { trust, miss } = subject(evidence);
    if (trust === 'allowed') return yes('allowed');
    if (trust === 'denied') return no(`denied${miss ? `: ${miss}` : ''}`);
    return open(miss ?? 'the trust policy was not read');
  },
};

const providerExists: CheckItem = {
  title: 'IAM has an OIDC provider for the issuer of this cluster',
  remedy: '`eksctl utils associate-iam-oidc-provider --cluster CLUSTER --approve`, in the account of the role.',
  look: (evidence) => {
    if (evidence.kind === 'files') return undefined;
    const provider = evidence.account.oidcProvider;
    if (!provider.known) return open(provider.why);
    return provider.value.exists ? yes('it exists') : no('there is none');
  },
  by: '`aws iam list-open-id-connect-providers`',
};

const audienceRegistered: CheckItem = {
  title: 'The token’s audience is a client id of that provider',
  remedy:
    'Register it (`aws iam add-client-id-to-open-id-connect-provider`), or remove the annotation `eks.amazonaws.com/audience`.',
  look: (evidence) => {
    if (evidence.kind === 'files') return undefined;
    const { oidcProvider, audience } = evidence.account;
    if (!oidcProvider.known) return open(oidcProvider.why);
    return oidcProvider.value.clientIds.includes(audience)
      ? yes(`'${audience}' is registered`)
      : no(`'${audience}' is not among '${oidcProvider.value.clientIds.join("', '")}'`);
  },
};

const podsFresh: CheckItem = {
  title: 'The pods started after the annotation or association',
  remedy: '`kubectl rollout restart` of the workload: the environment is set when a pod is created.',
  look: (evidence) => {
    if (evidence.kind === 'files') return undefined;
    const { pods } = evidence.account;
    if (!pods.known) return open('pods could not be listed');
    if (pods.total === 0) return open('no pod runs');
    const stale = pods.list.find((pod) => pod.stale);
    return pods.stale === 0
      ? yes(`all ${pods.total} did`)
      : no(`${pods.stale} did not${stale?.note ? `: ${stale.name} ${stale.note}` : ''}`);
  },
  by: '`kubectl describe pod POD`: `AWS_ROLE_ARN` or `AWS_CONTAINER_CREDENTIALS_FULL_URI` must be there',
};

const podNamesAccount: CheckItem = {
  title: 'The pod names the service account',
  remedy: 'Set `spec.serviceAccountName` in the pod template; without it pods run as `default`.',
  look: (evidence) => {
    if (evidence.kind === 'live') {
      const { pods } = evidence.account;
      if (!pods.known) return open('pods could not be listed');
      return pods.total > 0 ? yes(`${pods.total} do`) : no('no pod runs as it');
    }
    const { workloads } = evidence.identity;
    return workloads.length > 0
      ? yes(workloads.map(({ kind, name }) => `${kind} ${name}`).join(', '))
      : open('no workload of the files names it');
  },
};

const usesPodIdentity: CheckItem = {
  title: 'An association gives the service account its role',
  remedy: '`aws eks create-pod-identity-association`, with exactly this cluster, namespace and service account.',
  look: (evidence) => {
    const { mechanism, reason } = subject(evidence);
    if (mechanism === 'pod-identity' || mechanism === 'both') return yes(reason);
    return mechanism === 'unknown' ? open(reason) : no(reason);
  },
};

const agentRuns: CheckItem = {
  title: 'The Pod Identity agent runs on the nodes',
  remedy:
    '`aws eks create-addon --addon-name eks-pod-identity-agent --cluster-name CLUSTER` (built in under Auto Mode).',
  look: (evidence) => {
    if (evidence.kind === 'files') return undefined;
    const { agent } = evidence.account;
    if (!agent.known) return open(agent.why);
    if (agent.value.kind === 'missing') return no('it is not installed');
    return agent.value.healthy
      ? yes(agent.value.kind)
      : no(`${agent.value.kind} ${agent.value.status ?? 'is not healthy'}`);
  },
};

const computeSupports: CheckItem = {
  title: 'The pods run where Pod Identity works: Linux nodes, not Fargate, not Windows',
  remedy: 'Use IRSA for pods on Fargate and Windows.',
  look: (evidence) => {
    if (evidence.kind === 'files') return undefined;
    const bad = evidence.account.pods.list.find(({ compute }) => compute === 'fargate' || compute === 'windows');
    if (!evidence.account.pods.known) return open('pods could not be listed');
    return bad ? no(`${bad.name} runs on ${bad.compute}`) : yes('none is elsewhere');
  },
};

const person = (title: string, remedy: string, by?: string): CheckItem => ({ title, remedy, ...(by ? { by } : {}) });

const sdkForIrsa = person(
  'The SDK is new enough for web identity',
  'boto3 1.9.220, JS v3 3.27.0, Java v2 2.10.11, Go v1 1.23.13, AWS CLI 1.16.232 or later.',
);
const sdkForPodIdentity = person(
  'The SDK knows the agent’s address',
  'boto3 1.34.41, JS v3 3.458.0, Java v2 2.21.30, Go v1 1.47.11, AWS CLI v2 2.15.0 or later.',
);
const noPreset = person(
  'No AWS variables are set by hand in the pod',
  'Remove `AWS_ROLE_ARN`, `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_CONTAINER_*` and static keys from `env`: the webhook does not overwrite them, and SDKs take keys first.',
  '`kubectl exec POD -- env | grep AWS_`',
);

export const symptoms: readonly Symptom[] = [
  {
    title: 'AccessDenied on AssumeRoleWithWebIdentity',
    example: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    matches:
      /Not authorized to perform sts:AssumeRoleWithWebIdentity|AccessDenied.*AssumeRoleWithWebIdentity|WebIdentityErr/i,
    meaning: 'STS knows the token’s issuer, but the trust policy of the role does not let this token in.',
    checks: [trustAllows, usesIrsa, podNamesAccount, podsFresh],
  },
  {
    title: 'InvalidIdentityToken: no OpenIDConnect provider',
    example: 'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks…',
    matches: /No OpenIDConnect provider found/i,
    meaning: 'The account of the role has no OIDC provider for the issuer of this cluster.',
    checks: [
      providerExists,
      person(
        'The annotation names a role of the account that has the provider',
        'For roles of another account, that account needs a provider of its own for this issuer.',
      ),
    ],
  },
  {
    title: 'InvalidIdentityToken: incorrect audience',
    example: 'InvalidIdentityToken: Incorrect token audience',
    matches: /Incorrect token audience/i,
    meaning: 'The provider in IAM does not list the audience that the token was made for.',
    checks: [audienceRegistered, trustAllows],
  },
  {
    title: 'Request ARN is invalid',
    example: 'ValidationError: Request ARN is invalid',
    matches: /Request ARN is invalid/i,
    meaning: 'The annotation is no role ARN; the webhook passes on whatever stands there.',
    checks: [
      person(
        '`eks.amazonaws.com/role-arn` is a whole ARN without blanks',
        'Write `arn:aws:iam::ACCOUNT:role/NAME`, with the path.',
      ),
      usesIrsa,
    ],
  },
  {
    title: 'The caller is the node role',
    example: 'User: arn:aws:sts::111122223333:assumed-role/node-role/i-0123 is not authorized to perform …',
    matches: /assumed-role\/[^/\s]*(?:node|ng|worker|eks)[^/\s]*\/i-[0-9a-f]+|assumed-role\/[^/\s]+\/i-[0-9a-f]{8,}/i,
    meaning: 'The pod got no identity of its own and fell back to the node’s.',
    checks: [podNamesAccount, podsFresh, usesIrsa, usesPodIdentity, noPreset, sdkForIrsa, agentRuns],
  },
  {
    title: 'No credentials at all',
    example: 'Unable to locate credentials',
    matches:
      /Unable to locate credentials|NoCredentialProviders|Could not load credentials from any providers|Unable to load credentials|no EC2 IMDS role found|CredentialsProviderError/i,
    meaning: 'No source of credentials answered: nothing was injected, and the node’s role is out of reach.',
    checks: [podNamesAccount, podsFresh, usesIrsa, usesPodIdentity, sdkForIrsa],
  },
  {
    title: 'Pod Identity: not authorized to perform sts:TagSession or sts:AssumeRole',
    example: 'AccessDeniedException: … is not authorized to perform: sts:TagSession on resource …',
    matches: /sts:TagSession|pods\.eks\.amazonaws\.com.*not authorized|AssumeRoleForPodIdentity/i,
    meaning:
      'EKS may not assume the role for the pod: its trust policy must allow `pods.eks.amazonaws.com` both `sts:AssumeRole` and `sts:TagSession`.',
    checks: [
      trustAllows,
      usesPodIdentity,
      agentRuns,
      person(
        'The node role may call `eks-auth:AssumeRoleForPodIdentity`',
        'Attach `AmazonEKSWorkerNodePolicy` to the node role.',
      ),
    ],
  },
  {
    title: 'Pod Identity: connection to 169.254.170.23 fails',
    example: 'connect: connection refused 169.254.170.23:80',
    matches: /169\.254\.170\.23|fd00:ec2::23/i,
    meaning: 'The pod was told to ask the agent on its node, and the agent does not answer.',
    checks: [
      agentRuns,
      computeSupports,
      person('No proxy stands before the agent', 'Add `169.254.170.23,[fd00:ec2::23]` to `NO_PROXY`.'),
    ],
  },
  {
    title: 'Only loopback hosts are allowed',
    example: 'invalid endpoint host, "169.254.170.23", only loopback hosts are allowed',
    matches: /only loopback hosts are allowed|Unsupported host|not within the loopback range/i,
    meaning: 'The SDK is older than EKS Pod Identity and refuses the agent’s address.',
    checks: [sdkForPodIdentity, usesPodIdentity],
  },
  {
    title: 'PackedPolicyTooLarge',
    example: 'PackedPolicyTooLarge: Packed policy consumes 120% of allotted space',
    matches: /PackedPolicyTooLarge|Packed policy consumes/i,
    meaning: 'The six session tags of Pod Identity and those of the chained role are together too long.',
    checks: [
      person(
        'Session tags are needed',
        'Set `disableSessionTags` on the association where no policy uses them, or shorten the chain’s own tags.',
      ),
    ],
  },
  {
    title: 'The annotation has no effect',
    example: 'AWS_ROLE_ARN is not set in the pod',
    matches: /AWS_ROLE_ARN.*(?:not set|missing|empty)|annotation.*no effect/i,
    meaning: 'The webhook did not change the pod when it was created.',
    checks: [
      podNamesAccount,
      podsFresh,
      usesIrsa,
      noPreset,
      person(
        'The webhook is reached',
        'The control plane must reach it; pods with the label `eks.amazonaws.com/skip-pod-identity-webhook` are left out.',
      ),
    ],
  },
];

/** The report as Markdown: what the error means and each check with its evidence, what failed first. */
export function diagnose(error: string, evidence: Evidence | undefined): string {
  const symptom = symptoms.find(({ matches }) => matches.test(error));
  const checks = symptom?.checks ?? [
    podNamesAccount,
    podsFresh,
    usesIrsa,
    usesPodIdentity,
    trustAllows,
    providerExists,
    agentRuns,
    noPreset,
  ];
  const answered = checks.map((check) => ({ check, answer: evidence && check.look?.(evidence) }));
  const order = { '✗': 0, '?': 1, '✓': 3 };
  const rank = (answer: Answer | undefined) => (answer ? order[answer.mark] : 2);
  answered.sort((a, b) => rank(a.answer) - rank(b.answer));
  const who = evidence && (evidence.kind === 'files' ? evidence.identity : evidence.account);
  return [
    `# ${symptom?.title ?? 'An error that is not known here'}`,
    `\`\`\`text\n${error.replaceAll('```', "'''").trim()}\n\`\`\``,
    symptom?.meaning ?? 'These are the checks for everything that can go wrong on the way to credentials.',
    who
      ? `Checked for **${who.namespace}/${who.name}** ${evidence.kind === 'files' ? 'by the files of the workspace' : 'in the cluster'}.`
      : 'Choose a service account to have these answered.',
    '## Checks',
    ...answered.map(({ check, answer }, index) =>
      [
        `${index + 1}. ${answer ? `**${answer.mark}** ` : ''}**${check.title}**${answer ? ` — ${answer.text}` : ''}`,
        ...(answer?.mark === '✓' ? [] : [`   ${check.remedy}`]),
        ...(check.by && answer?.mark !== '✓' ? [`   See: ${check.by}`] : []),
      ].join('\n\n'),
    ),
    '',
  ].join('\n\n');
}

function subject(evidence: Evidence): { mechanism: string; reason: string; trust: string; miss: string | undefined } {
  if (evidence.kind === 'files') {
    const { mechanism, reason, trust, nearestMiss } = evidence.identity;
    return { mechanism, reason, trust, miss: nearestMiss };
  }
  const { mechanism, reason, trust, trustDetail } = evidence.account;
  return { mechanism, reason, trust, miss: trustDetail?.nearestMiss ?? trustDetail?.why };
}
