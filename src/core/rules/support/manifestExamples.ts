import { irsa, podIdentity } from './trustExamples.js';

/** Pieces of the examples in the documentation of rules about manifests. */
export const EXAMPLE_ACCOUNT = '111122223333';

export function exampleArn(role: string): string {
  return `arn:aws:iam::${EXAMPLE_ACCOUNT}:role/${role}`;
}

export function accountYaml(name: string, namespace: string, annotations: readonly string[] = []): string {
  const lines = annotations.map((line) => `    ${line}\n`).join('');
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n${lines === '' ? '' : `  annotations:\n${lines}`}`;
}

export interface DeploymentParts {
  readonly account?: string;
  readonly annotations?: readonly string[];
  readonly podAnnotations?: readonly string[];
  /** Further lines of the pod spec, and of its only container. */
  readonly pod?: readonly string[];
  readonly container?: readonly string[];
}

export function deploymentYaml(name: string, namespace: string, parts: DeploymentParts = {}): string {
  const block = (indent: string, lines: readonly string[] = []) => lines.map((line) => `${indent}${line}\n`).join('');
  const annotations = (indent: string, lines: readonly string[] = []) =>
    lines.length === 0 ? '' : `${indent}annotations:\n${block(`${indent}  `, lines)}`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
${annotations('  ', parts.annotations)}spec:
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
${annotations('      ', parts.podAnnotations)}    spec:
${parts.account === undefined ? '' : `      serviceAccountName: ${parts.account}\n`}${block('      ', parts.pod)}      containers:
        - name: ${name}
          image: example.com/${name}:1
${block('          ', parts.container)}`;
}

/** What `aws iam get-role` prints of a role that trusts one service account by IRSA. */
export function irsaRole(name: string, namespace: string, account: string): string {
  const statement = irsa();
  return getRole(
    name,
    JSON.parse(
      JSON.stringify(statement).replaceAll('serviceaccount:payments:api', `serviceaccount:${namespace}:${account}`),
    ) as object,
  );
}

/** The same for EKS Pod Identity. */
export function podIdentityRole(name: string, namespace: string, account: string): string {
  return getRole(
    name,
    podIdentity({
      Condition: {
        StringEquals: {
          'aws:RequestTag/kubernetes-namespace': namespace,
          'aws:RequestTag/kubernetes-service-account': account,
        },
      },
    }) as object,
  );
}

function getRole(name: string, statement: object): string {
  const role = {
    Role: {
      RoleName: name,
      Arn: exampleArn(name),
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [statement] },
    },
  };
  return `${JSON.stringify(role, null, 2)}\n`;
}

/** An association of the cluster `blue` as ACK's resource. */
export function associationYaml(
  namespace: string,
  account: string,
  role: string,
  fields: readonly string[] = [],
): string {
  return `apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
metadata:
  name: ${role}
spec:
  clusterName: blue
  namespace: ${namespace}
  serviceAccount: ${account}
  roleARN: ${exampleArn(role)}
${fields.map((line) => `  ${line}\n`).join('')}`;
}
