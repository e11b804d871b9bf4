#!/bin/sh
cat > bucket.json <<EOF
{ "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::$BUCKET/*" } ] }
EOF
cat > github.json <<EOF
{ "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Principal": { "Federated": "arn:aws:iam::$ACCOUNT:oidc-provider/token.actions.githubusercontent.com" }, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": { "StringLike": { "token.actions.githubusercontent.com:sub": "repo:acme/*" } } } ] }
EOF
export AWS_PROFILE=admin
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
