import * as check from './checks.js';

/** An error as pods, tools and people report it, and what can be behind it, the likeliest first. */
export interface Symptom {
  readonly id: string;
  readonly title: string;
  readonly example: string;
  readonly matches: RegExp;
  readonly meaning: string;
  readonly checks: readonly check.Check[];
}

/** The first that matches is it: the more special ones come first. */
export const symptoms: readonly Symptom[] = [
  {
    id: 'no-provider',
    title: 'InvalidIdentityToken: no OpenIDConnect provider',
    example: 'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks…',
    matches: /No OpenIDConnect provider found/i,
    meaning: 'The account of the role has no OIDC provider for the issuer of this cluster.',
    checks: [check.providerExists, check.trustProvider, check.annotationForm],
  },
  {
    id: 'wrong-audience',
    title: 'InvalidIdentityToken: incorrect audience',
    example: 'InvalidIdentityToken: Incorrect token audience',
    matches: /Incorrect token audience/i,
    meaning: 'The provider in IAM does not list the audience that the token was made for.',
    checks: [check.audienceRegistered, check.trustClaims, check.trustAllows],
  },
  {
    id: 'thumbprint',
    title: 'InvalidIdentityToken: certificate does not match the thumbprint',
    example: "InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
    matches: /thumbprint|Couldn'?t retrieve verification key/i,
    meaning: 'STS could not trust the issuer’s TLS certificate, or could not fetch its keys.',
    checks: [check.thumbprint, check.providerExists],
  },
  {
    id: 'invalid-arn',
    title: 'Request ARN is invalid',
    example: 'ValidationError: Request ARN is invalid',
    matches: /Request ARN is invalid|invalid ARN|is not a valid ARN/i,
    meaning: 'The annotation is no role ARN; the webhook passes on whatever stands there.',
    checks: [check.annotationForm, check.noPreset],
  },
  {
    id: 'malformed-principal',
    title: 'MalformedPolicyDocument: Federated principals',
    example: 'MalformedPolicyDocument: Federated principals must be valid domain names or SAML metadata ARNs',
    matches: /Federated principals must be|Invalid principal in policy/i,
    meaning: 'IAM does not take the trust policy: a principal is no well-formed ARN.',
    checks: [check.policyPrincipals, check.trustIssuerForm],
  },
  {
    id: 'prohibited-element',
    title: 'MalformedPolicyDocument: prohibited field or action',
    example: 'MalformedPolicyDocument: Has prohibited field Resource',
    matches:
      /Has prohibited field|may only specify STS AssumeRole actions|MalformedPolicyDocument|Syntax errors in policy/i,
    meaning: 'IAM does not take the trust policy: it has an element or an action that trust policies cannot have.',
    checks: [check.policyElements, check.policyPrincipals, check.trustIssuerForm],
  },
  {
    id: 'quota',
    title: 'LimitExceeded: ACLSizePerRole',
    example: 'LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048',
    matches: /ACLSizePerRole|quota for .*Role/i,
    meaning: 'The trust policy is longer than the quota: too many subjects, or too many clusters.',
    checks: [check.policySize],
  },
  {
    id: 'packed-policy',
    title: 'PackedPolicyTooLarge',
    example: 'PackedPolicyTooLarge: Packed policy consumes 120% of allotted space',
    matches: /PackedPolicyTooLarge|Packed policy consumes/i,
    meaning: 'Session tags, session policy and those of the chained role are together too long.',
    checks: [check.sessionTagsNeeded],
  },
  {
    id: 'association-exists',
    title: 'Association already exists',
    example: 'ResourceInUseException: Association already exists: a-0123456789abcdef0',
    matches: /Association already exists|ResourceInUseException.*association/i,
    meaning: 'The service account has an association in this cluster, perhaps one that an add-on or eksctl made.',
    checks: [check.noAssociationYet],
  },
  {
    id: 'pass-role',
    title: 'Not authorized to perform iam:PassRole',
    example: 'AccessDeniedException: … is not authorized to perform: iam:PassRole on resource …',
    matches: /iam:PassRole/i,
    meaning: 'Who creates or updates the association may not hand this role to EKS.',
    checks: [check.passRole],
  },
  {
    id: 'loopback',
    title: 'Only loopback hosts are allowed',
    example: 'invalid endpoint host, "169.254.170.23", only loopback hosts are allowed',
    matches: /only loopback hosts are allowed|Unsupported host|not within the loopback range/i,
    meaning: 'The SDK is older than EKS Pod Identity and refuses the agent’s address.',
    checks: [check.sdkForPodIdentity, check.usesPodIdentity],
  },
  {
    id: 'token-unreadable',
    title: 'The token file cannot be read',
    example: 'PermissionError: Permission denied: /var/run/secrets/eks.amazonaws.com/serviceaccount/token',
    matches:
      /(?:permission denied|EACCES|not readable|unable to read|open).{0,80}serviceaccount\/(?:eks-pod-identity-)?token|serviceaccount\/token.{0,80}(?:permission denied|EACCES)/i,
    meaning: 'The token is there, and the user that the process runs as may not read it.',
    checks: [check.tokenReadable, check.noPreset],
  },
  {
    id: 'sts-unreachable',
    title: 'STS cannot be reached',
    example: 'Connect timeout on endpoint URL: "https://sts.amazonaws.com/"',
    matches:
      /(?:time(?:d )?-?out|could not connect|dial tcp|ENOTFOUND|ECONNREFUSED|no such host)[^\n]*\bsts\.|\bsts\.[^\n]*(?:time(?:d )?-?out|no such host|ENOTFOUND|ECONNREFUSED|i\/o timeout)/i,
    meaning: 'The pod has its token, and no way to STS: mostly the global endpoint, from a private cluster.',
    checks: [check.regionalEndpoint, check.usesIrsa],
  },
  {
    id: 'agent-refused',
    title: 'Pod Identity: connection to 169.254.170.23 fails',
    example: 'connect: connection refused 169.254.170.23:80',
    matches: /169\.254\.170\.23|fd00:ec2::23/i,
    meaning: 'The pod was told to ask the agent on its node, and the agent does not answer.',
    checks: [check.agentRuns, check.computeSupports, check.noProxy, check.nodeMayAssume],
  },
  {
    id: 'pod-identity-denied',
    title: 'Pod Identity: not authorized to perform sts:TagSession or sts:AssumeRole',
    example: 'AccessDeniedException: … is not authorized to perform: sts:TagSession on resource …',
    matches:
      /sts:TagSession|pods\.eks\.amazonaws\.com|AssumeRoleForPodIdentity|Unauthorized Exception! EKS does not have permissions to assume the associated role/i,
    meaning:
      'EKS may not assume the role for the pod: its trust policy must allow `pods.eks.amazonaws.com` both `sts:AssumeRole` and `sts:TagSession`, and so must each role of a chain.',
    checks: [
      check.tagSession,
      check.trustsMechanism,
      check.trustAllows,
      check.usesPodIdentity,
      check.agentRuns,
      check.nodeMayAssume,
    ],
  },
  {
    id: 'web-identity-denied',
    title: 'AccessDenied on AssumeRoleWithWebIdentity',
    example: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    matches: /AssumeRoleWithWebIdentity|WebIdentityErr|InvalidIdentityToken/i,
    meaning: 'STS knows the token’s issuer, but the trust policy of the role does not let this token in.',
    checks: [
      check.trustWildcards,
      check.trustIssuerForm,
      check.trustClaims,
      check.trustProvider,
      check.trustsMechanism,
      check.trustAllows,
      check.annotationForm,
      check.usesIrsa,
      check.podNamesAccount,
      check.podsFresh,
    ],
  },
  {
    id: 'node-role',
    title: 'The caller is the node role',
    example:
      'User: arn:aws:sts::111122223333:assumed-role/node-role/i-0123456789abcdef0 is not authorized to perform …',
    matches: /assumed-role\/[^/\s]+\/i-[0-9a-f]{4,}|assumed-role\/[^/\s]*(?:node|worker)[^/\s]*\//i,
    meaning: 'The pod got no identity of its own and fell back to the node’s.',
    checks: [
      check.annotationPlace,
      check.podsFresh,
      check.webhookReached,
      check.hasIdentity,
      check.podNamesAccount,
      check.noPreset,
      check.agentRuns,
      check.sdkForIrsa,
    ],
  },
  {
    id: 'no-effect',
    title: 'The annotation has no effect',
    example: 'AWS_ROLE_ARN is not set in the pod',
    matches: /AWS_ROLE_ARN.*(?:not set|missing|empty|unset)|annotation.*no effect/i,
    meaning: 'The webhook did not change the pod when it was created.',
    checks: [
      check.annotationPlace,
      check.podsFresh,
      check.noPreset,
      check.webhookReached,
      check.podNamesAccount,
      check.usesIrsa,
    ],
  },
  {
    id: 'no-credentials',
    title: 'No credentials at all',
    example: 'Unable to locate credentials',
    matches:
      /Unable to locate credentials|NoCredentialProviders|Could not load credentials from any providers|Unable to load credentials|no EC2 IMDS role found|CredentialsProviderError|no valid providers in chain/i,
    meaning: 'No source of credentials answered: nothing was injected, and the node’s role is out of reach.',
    checks: [
      check.podsFresh,
      check.hasIdentity,
      check.noPreset,
      check.annotationPlace,
      check.podNamesAccount,
      check.webhookReached,
      check.agentRuns,
      check.computeSupports,
      check.sdkForIrsa,
    ],
  },
];

/** Everything that can go wrong on the way to credentials, for an error that nothing is known of. */
export const generalChecks: readonly check.Check[] = [
  check.hasIdentity,
  check.podNamesAccount,
  check.podsFresh,
  check.annotationForm,
  check.annotationPlace,
  check.trustAllows,
  check.providerExists,
  check.audienceRegistered,
  check.agentRuns,
  check.computeSupports,
  check.noPreset,
];
