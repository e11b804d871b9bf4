/** One or two sentences on the words of the field, for hovers and completions. Markdown. */

const operators: Readonly<Record<string, string>> = {
  StringEquals: 'The value letter for letter. `*` and `?` stand for themselves here.',
  StringNotEquals: 'Any value but these, and also none: it lets in requests that lack the key.',
  StringEqualsIgnoreCase: 'The value, capitals or not.',
  StringNotEqualsIgnoreCase: 'Any value but these, capitals or not, and also none.',
  StringLike: 'The value with `*` for any characters and `?` for one. `*` crosses `:` and `/`.',
  StringNotLike: 'Any value that these patterns do not match, and also none.',
  ArnEquals: 'The same as `ArnLike`: the six parts of the ARN one by one, with `*` and `?` inside a part.',
  ArnLike: 'The six parts of the ARN one by one, with `*` and `?` inside a part.',
  ArnNotEquals: 'Any ARN but these, and also none.',
  ArnNotLike: 'Any ARN that these patterns do not match, and also none.',
  Bool: '`true` or `false`.',
  Null: '`"true"`: the key must be absent. `"false"`: it must be there.',
};

export const operatorNames: readonly string[] = Object.keys(operators);

export function operatorDocs(typed: string): string | undefined {
  const base = typed.replace(/^For(?:Any|All)Values?:/, '').replace(/IfExists$/, '');
  const docs = operators[base];
  if (docs === undefined) return undefined;
  const more = [
    /^ForAllValues:/.test(typed)
      ? '`ForAllValues:` holds when the key is absent, so it guards nothing on its own.'
      : '',
    /^ForAnyValue:/.test(typed) ? '`ForAnyValue:` is for keys with several values; a claim has one.' : '',
    /IfExists$/.test(typed) ? '`IfExists` holds when the key is absent, so it guards nothing on its own.' : '',
  ].filter(Boolean);
  return [docs, ...more].join(' ');
}

const conditionKeys: Readonly<Record<string, string>> = {
  'aws:SourceAccount': 'EKS Pod Identity: the account of the cluster.',
  'aws:SourceArn':
    'EKS Pod Identity: the ARN of the cluster, `arn:aws:eks:REGION:ACCOUNT:cluster/NAME`. Not that of the association.',
  'aws:SourceOrgId': 'The organization of the cluster’s account.',
  'aws:RequestTag/eks-cluster-arn': 'Session tag of EKS Pod Identity: the ARN of the cluster.',
  'aws:RequestTag/eks-cluster-name': 'Session tag of EKS Pod Identity: the name of the cluster.',
  'aws:RequestTag/kubernetes-namespace': 'Session tag of EKS Pod Identity: the namespace of the pod.',
  'aws:RequestTag/kubernetes-service-account': 'Session tag of EKS Pod Identity: the service account of the pod.',
  'aws:RequestTag/kubernetes-pod-name': 'Session tag of EKS Pod Identity: the name of the pod.',
  'aws:RequestTag/kubernetes-pod-uid': 'Session tag of EKS Pod Identity: the uid of the pod.',
};

export const podIdentityKeys: readonly string[] = Object.keys(conditionKeys).filter((key) => key !== 'aws:SourceOrgId');

export function conditionKeyDocs(key: string): string | undefined {
  if (/:sub$/.test(key))
    return 'Who the token is for: `system:serviceaccount:NAMESPACE:NAME`. Without it every service account of the cluster is let in.';
  if (/:aud$/.test(key))
    return 'What the token is for: `sts.amazonaws.com`, unless the service account asks for another audience.';
  return Object.entries(conditionKeys).find(([known]) => known.toLowerCase() === key.toLowerCase())?.[1];
}

const actions: Readonly<Record<string, string>> = {
  'sts:AssumeRoleWithWebIdentity': 'IRSA: a pod exchanges its projected token for the role.',
  'sts:AssumeRole': 'EKS Pod Identity, with `sts:TagSession`; also another role or account.',
  'sts:TagSession': 'EKS Pod Identity tags every session; without it the pod gets no credentials.',
};

export const actionNames: readonly string[] = Object.keys(actions);

export function actionDocs(action: string): string | undefined {
  return actions[action];
}

const annotations: Readonly<Record<string, string>> = {
  'eks.amazonaws.com/role-arn':
    'IRSA: the ARN of the role that pods of this service account get, with its path. On a ServiceAccount only. Pods that run already must be restarted.',
  'eks.amazonaws.com/audience':
    'Audience of the token, `sts.amazonaws.com` where it is absent. The OIDC provider in IAM must have it as a client id.',
  'eks.amazonaws.com/sts-regional-endpoints':
    '`"true"`: the SDK asks STS in its own region; `"false"`: the global endpoint.',
  'eks.amazonaws.com/token-expiration':
    'Seconds until the token expires: at least 600, at most 86400; `"86400"` where it is absent.',
};

export const annotationNames: readonly string[] = Object.keys(annotations);

export function annotationDocs(key: string): string | undefined {
  return annotations[key];
}
