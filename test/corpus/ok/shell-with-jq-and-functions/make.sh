#!/usr/bin/env bash
policy() {
  jq -n --arg p "$1" --arg i "$2" '{Version:"2012-10-17",Statement:[{Effect:"Allow",Principal:{Federated:$p},Action:"sts:AssumeRoleWithWebIdentity",Condition:{StringEquals:{($i+":sub"):"system:serviceaccount:x:a",($i+":aud"):"sts.amazonaws.com"}}}]}'
}
aws iam update-assume-role-policy --role-name a --policy-document "$(policy "$ARN" "$ISSUER")"
aws iam create-role --role-name b --assume-role-policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Condition\":{\"StringEquals\":{\"${ISSUER}:sub\":\"system:serviceaccount:x:b\",\"${ISSUER}:aud\":\"sts.amazonaws.com\"}}}]}"
