locals {
  oidc = replace(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://", "")
}

resource "aws_iam_role" "external_dns" {
  name = "external-dns"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.eks.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringLike   = { "${local.oidc}:sub" = "system:serviceaccount:*:${var.service_account}" }
        StringEquals = { "${local.oidc}:aud" = "sts.amazonaws.com" }
      }
    }]
  })
}
