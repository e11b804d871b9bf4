{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": "arn:aws:iam::%s:oidc-provider/%s" },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": { "%s:sub": "system:serviceaccount:%s:%s" }
      }
    }
  ]
}
