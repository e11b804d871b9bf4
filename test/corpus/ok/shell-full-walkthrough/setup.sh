#!/usr/bin/env bash
set -euo pipefail
cluster_name=blue
namespace=web
service_account=nginx
account_id=$(aws sts get-caller-identity --query "Account" --output text)
oidc_provider=$(aws eks describe-cluster --name $cluster_name --region $AWS_REGION --query "cluster.identity.oidc.issuer" --output text | sed -e "s/^https:\/\///")

cat >trust-relationship.json <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "Federated": "arn:aws:iam::$account_id:oidc-provider/$oidc_provider"
      },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {
          "$oidc_provider:aud": "sts.amazonaws.com",
          "$oidc_provider:sub": "system:serviceaccount:$namespace:$service_account"
        }
      }
    }
  ]
}
EOF

aws iam create-role --role-name web-nginx --assume-role-policy-document file://trust-relationship.json
kubectl annotate serviceaccount -n $namespace $service_account eks.amazonaws.com/role-arn=arn:aws:iam::$account_id:role/web-nginx

cat <<'YAML' | kubectl apply -f -
apiVersion: v1
kind: ServiceAccount
metadata:
  name: nginx
  namespace: web
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::222233334444:role/web-nginx
YAML

aws eks create-pod-identity-association --cluster-name "$cluster_name" --namespace "$namespace" --service-account other --role-arn "arn:aws:iam::${account_id}:role/other"
