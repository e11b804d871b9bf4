#!/bin/sh
aws iam create-role \
  --role-name backup \
  --assume-role-policy-document "$(cat <<'JSON'
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724" },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": { "StringEquals": { "oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724:sub": "system:serviceaccount:backup:runner" } }
    }
  ]
}
JSON
)"
