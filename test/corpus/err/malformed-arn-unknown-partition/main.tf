resource "aws_iam_role" "web" {
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": "arn:amazon:iam::222233334444:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061" },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {
          "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:sub": "system:serviceaccount:web:frontend",
          "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:aud": "sts.amazonaws.com"
        }
      }
    }
  ]
}
EOF
}
