import type { RowTarget } from '../tree/row.js';
import { roleName } from '../tree/words.js';

/** The AWS CLI's way to see the same: the association where there is one, and the role. Undefined where the row has no role. */
export function awsCliText(target: RowTarget): string | undefined {
  if (!target.roleArn) return undefined;
  const role = `aws iam get-role --role-name ${quote(roleName(target.roleArn))}`;
  if (!target.associationId || !target.clusterName) return role;
  const region = target.region ? ` --region ${quote(target.region)}` : '';
  return `aws eks describe-pod-identity-association --cluster-name ${quote(target.clusterName)} --association-id ${quote(target.associationId)}${region}\n${role}`;
}

export function kubectlText(target: RowTarget): string | undefined {
  if (!target.name || !target.namespace) return undefined;
  const context = target.context ? ` --context ${quote(target.context)}` : '';
  return `${updateKubeconfig(target)}kubectl${context} --namespace ${quote(target.namespace)} get serviceaccount ${quote(target.name)} --output yaml`;
}

/** No kubeconfig has a cluster that was chosen from AWS; this writes one that does. */
function updateKubeconfig({ aws, context }: RowTarget): string {
  if (!aws || context === undefined) return '';
  const profile = aws.profile === undefined ? '' : ` --profile ${quote(aws.profile)}`;
  return `aws eks update-kubeconfig --name ${quote(aws.name)} --region ${quote(aws.region)}${profile} --alias ${quote(context)}\n`;
}

const consoles: Readonly<Record<string, string>> = {
  aws: 'https://console.aws.amazon.com',
  'aws-cn': 'https://console.amazonaws.cn',
  'aws-us-gov': 'https://console.amazonaws-us-gov.com',
};

/** The role's page in the AWS console, opened at its trust policy; undefined for partitions without a public console. */
export function roleConsoleUrl(arn: string): string | undefined {
  const console = consoles[/^arn:([^:]+):iam::\d{12}:role\//.exec(arn)?.[1] ?? ''];
  return (
    console && `${console}/iam/home#/roles/details/${encodeURIComponent(roleName(arn))}?section=trust_relationships`
  );
}

/** A word for a POSIX shell: as it is where nothing in it means anything, else in quotes. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
