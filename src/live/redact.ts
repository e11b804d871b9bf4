/**
 * Takes credentials out of a text before it is shown: bearer tokens, JWTs, access key ids, secret keys, passwords in URLs,
 * `k8s-aws-v1.` tokens, PEM blocks, signatures of presigned URLs. What services and plugins print is not ours to trust.
 */
export function redact(text: string): string {
  let clean = text;
  for (const secret of [...used, process.env.AWS_SECRET_ACCESS_KEY, process.env.AWS_SESSION_TOKEN])
    if (secret !== undefined && secret.length >= SHORTEST) clean = clean.replaceAll(secret, GONE);
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}

/** Whatever form they have, the credentials that were sent must not come back in what somebody answers. */
const used = new Set<string>();
const MOST_USED = 100;
/** Shorter ones are no secrets, and would take words out of every message. */
const SHORTEST = 8;

/** Notes a credential before it is used, so that no message shows it. The oldest are forgotten. */
export function willBeUsed(secret: string | undefined): void {
  if (secret === undefined || secret === '') return;
  used.delete(secret);
  used.add(secret);
  if (used.size > MOST_USED) used.delete(used.values().next().value!);
}

const LONGEST = 600;
const GONE = '[redacted]';

const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g, GONE],
  [/\bk8s-aws-v1\.[\w-]+/g, GONE],
  [/\beyJ[\w-]{6,}(?:\.[\w-]*){0,2}/g, GONE],
  [/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b/g, GONE],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${GONE}`],
  [/\b(X-Amz-(?:Signature|Security-Token|Credential))=[^&\s"']+/gi, `$1=${GONE}`],
  [
    /(["']?\b(?:password|passwd|secret|secret_?access_?key|session_?token|security_?token|access_?key_?id|aws_secret_access_key|aws_session_token|aws_access_key_id|id[-_]?token|refresh[-_]?token|access[-_]?token|client[-_]?secret|client-?key-?data|client-?certificate-?data|token|webidentitytoken)["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&}]+)/gi,
    `$1${GONE}`,
  ],
  [/(\w+:\/\/)[^\s/@:]+:[^\s/@]+@/g, `$1${GONE}@`],
  // What is left and looks like a key: forty and more characters of base64 in one run with mixed case and digits.
  [/(?<![\w/+=.:-])(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])(?=[\w+/]*\d)[A-Za-z0-9+/]{40,}={0,2}(?![\w/+=])/g, GONE],
];
