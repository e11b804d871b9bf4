resource "aws_iam_role" "fluentbit" {
  name               = "fluent-bit"
  assume_role_policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": {
            "Federated": "arn:aws:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/${var.oidc_provider}"
          },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringLike": {
              "${var.oidc_provider}:sub": "system:serviceaccount:logging:fluent-bit*",
              "${var.oidc_provider}:aud": "sts.amazonaws.com"
            }
          }
        }
      ]
    }
  POLICY
}
