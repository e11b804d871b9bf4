locals {
  audience = { "${local.issuer}:aud" = "sts.amazonaws.com" }
  subject  = var.restrict ? { "${local.issuer}:sub" = "system:serviceaccount:${var.ns}:${var.sa}" } : {}
}

resource "aws_iam_role" "x" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.oidc_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = merge(local.audience, local.subject) }
    }]
  })
}
