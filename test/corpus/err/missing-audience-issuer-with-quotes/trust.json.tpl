{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": "${eks_provider_arn}" },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {
          "${replace(eks_issuer, "https://", "")}:sub": "system:serviceaccount:quay:crane"
        }
      }
    }
  ]
}
