/**
 * A multi-document manifest as a chart renders it: `lines` lines, a service account in every third document.
 * @param first number of the first account: its name, role and namespace
 */
export function manifest(lines: number, first = 0): string {
  const documents: string[] = [];
  let count = 0;
  for (let i = 0; count < lines; i++) {
    const text = [serviceAccount, deployment, service][i % 3]!(first + i);
    count += text.split('\n').length;
    documents.push(text);
  }
  return documents.join('---\n');
}

function serviceAccount(i: number): string {
  return `apiVersion: v1
kind: ServiceAccount
metadata:
  name: app-${i}
  namespace: team-${i % 7}
  labels:
    app.kubernetes.io/name: app-${i}
    app.kubernetes.io/part-of: shop
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app-${i}
`;
}

function deployment(i: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${i - 1}
  namespace: team-${(i - 1) % 7}
  labels:
    app.kubernetes.io/name: app-${i - 1}
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: app-${i - 1}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-${i - 1}
    spec:
      serviceAccountName: app-${i - 1}
      containers:
        - name: app
          image: registry.example.com/shop/app-${i - 1}:1.4.${i}
          args: ["--port", "8080", "--verbose"]
          env:
            - name: LOG_LEVEL
              value: info
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef:
                  name: app-${i - 1}-database
                  key: url
          resources:
            requests: { cpu: 100m, memory: 128Mi }
            limits: { memory: 256Mi }
          readinessProbe:
            httpGet:
              path: /healthz
              port: 8080
`;
}

function service(i: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: app-${i - 2}
  namespace: team-${(i - 2) % 7}
spec:
  selector:
    app.kubernetes.io/name: app-${i - 2}
  ports:
    - name: http
      port: 80
      targetPort: 8080
`;
}

export function trustPolicy(i: number): string {
  const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/8A5C2E1B7D90463FA1E2C3D4B5F60718';
  return JSON.stringify(
    {
      Role: {
        RoleName: `app-${i}`,
        Arn: `arn:aws:iam::111122223333:role/app-${i}`,
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${issuer}` },
              Action: 'sts:AssumeRoleWithWebIdentity',
              Condition: {
                StringEquals: {
                  [`${issuer}:sub`]: `system:serviceaccount:team-${i % 7}:app-${i}`,
                  [`${issuer}:aud`]: 'sts.amazonaws.com',
                },
              },
            },
          ],
        },
      },
    },
    null,
    2,
  );
}

/** What most files of a repository are: nothing of ours. */
export function unrelated(i: number, length: number): string {
  const line = `  field_${i}: "a value that says nothing about identity" # and a comment\n`;
  return `settings:\n${line.repeat(Math.max(1, Math.floor(length / line.length)))}`;
}
