resource "aws_iam_role" "both" {
  name = "both"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Federated = var.oidc_provider_arn }, Action = "sts:AssumeRoleWithWebIdentity", Condition = { StringEquals = { "oidc.eks.eu-west-1.amazonaws.com/id/4D1C77A09E3B52F8A6D0135BC9E8F724:sub" = "system:serviceaccount:shop:cart", "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:sub" = "system:serviceaccount:shop:cart", "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:aud" = "sts.amazonaws.com" } } }]
  })
}
