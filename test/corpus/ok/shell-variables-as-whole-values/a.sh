#!/bin/sh
SUBJECTS='["system:serviceaccount:x:a"]'
cat > t.json <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": "$ARN" },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": { "StringEquals": { "$ISSUER:sub": $SUBJECTS, "${ISSUER}:aud": "${AUDIENCE:-sts.amazonaws.com}" } }
    }
    $(test -n "$EXTRA" && echo ", $EXTRA")
  ]
}
EOF
