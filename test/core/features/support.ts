import { Analysis } from '../../../src/core/analysis.js';
import type { Facts } from '../../../src/core/facts/model.js';

export const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
export const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;

/** A workspace of files, `¦` marking the place that is asked about. */
export function workspaceOf(files: Readonly<Record<string, string>>) {
  const analysis = new Analysis();
  let at: { file: string; offset: number } | undefined;
  for (const [file, marked] of Object.entries(files)) {
    const offset = marked.indexOf('¦');
    if (offset >= 0) at = { file, offset };
    analysis.setFile(file, marked.replace('¦', ''));
  }
  const all = (): Set<Facts> => new Set([...analysis.files()].flatMap((file) => analysis.factsOf(file) ?? []));
  const file = at?.file ?? Object.keys(files)[0]!;
  return {
    analysis,
    all,
    workspace: analysis.workspace(),
    facts: analysis.factsOf(file)!,
    file,
    offset: at?.offset ?? 0,
  };
}

/** What stands at places, as `file: text`. */
export function textsAt(analysis: Analysis, places: readonly { file: string; start: number; end: number }[]): string[] {
  return places.map(({ file, start, end }) => `${file}: ${analysis.text(file)!.slice(start, end)}`);
}

/** `get-role`'s output for a role that IRSA uses. */
export function role(name: string, subject: string, more = ''): string {
  return `{
  "Role": {
    "Path": "/",
    "RoleName": "${name}",
    "Arn": "arn:aws:iam::111122223333:role/${name}",
    "AssumeRolePolicyDocument": {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "Federated": "${PROVIDER}" },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "${ISSUER}:sub": "${subject}",
              "${ISSUER}:aud": "sts.amazonaws.com"
            }
          }
        }${more}
      ]
    }
  }
}
`;
}

export function account(namespace: string, name: string, roleName?: string): string {
  const annotation = roleName
    ? `\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/${roleName}`
    : '';
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: ${namespace}${annotation}\n`;
}

export function deployment(namespace: string, name: string, serviceAccount: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  template:
    spec:
      serviceAccountName: ${serviceAccount}
      containers:
        - name: app
          image: app
`;
}
