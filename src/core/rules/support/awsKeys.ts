/** Names under which all of AWS's SDKs look for static credentials. */
const VARIABLES = new Set(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']);

export function isCredentialVariable(name: string): boolean {
  return VARIABLES.has(name);
}

/** As keys of Secrets are spelled: `aws_access_key_id`, `aws-secret-access-key`, `awsAccessKeyId`. */
export function isCredentialName(name: string): boolean {
  return /^aws(?:accesskey(?:id)?|secret(?:access)?key|sessiontoken|securitytoken|accesskeysecret)$/.test(
    name.toLowerCase().replace(/[^a-z]/g, ''),
  );
}

/** Long-lived (`AKIA`) and temporary (`ASIA`) access key ids. */
const KEY_ID = /(?<![A-Za-z0-9])A(?:KI|SI)A[A-Z0-9]{16}(?![A-Za-z0-9])/;
const SECRET_IN_FILE = /aws_secret_access_key\s*[=:]\s*["']?[A-Za-z0-9/+]{40}/i;

/** Where credentials stand in a text, if they do. */
export function findCredentials(text: string): { readonly start: number; readonly end: number } | undefined {
  const found = KEY_ID.exec(text) ?? SECRET_IN_FILE.exec(text);
  return found ? { start: found.index, end: found.index + found[0].length } : undefined;
}
