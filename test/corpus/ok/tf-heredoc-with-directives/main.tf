resource "aws_iam_role" "web" {
  assume_role_policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "Federated": "${var.oidc_arn}" },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "${var.oidc_issuer}:sub": [%{ for i, s in var.subjects }%{ if i > 0 }, %{ endif }"system:serviceaccount:${s}"%{ endfor }],
              "${var.oidc_issuer}:aud": "sts.amazonaws.com"
            }
          }
        }
      ]
    }
  EOT
}
