resource "aws_iam_role" "ci" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Federated = var.provider_arn }, Action = "sts:AssumeRoleWithWebIdentity", Condition = { StringLike = { "${var.issuer}:sub" = "repo:acme/*" } } }]
  })
}
