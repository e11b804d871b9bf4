{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": {"Federated": "${provider}"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": {"${issuer}:sub": "system:serviceaccount:${ns}:${sa}", "${issuer}:aud": "sts.amazonaws.com"}}
  }]
}
