resource "aws_iam_role" "cart" {
  name = var.name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::222233334444:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = {
        "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:sub" = "system:serviceaccount:${var.namespace}:${var.name}"
        "oidc.eks.us-east-2.amazonaws.com/id/B7F03A5C6D2E418F9A0B1C2D3E4F5061:aud" = "sts.amazonaws.com"
      } }
    }]
  })
}

resource "kubernetes_service_account" "cart" {
  metadata {
    name      = var.name
    namespace = var.namespace
    annotations = {
      "eks.amazonaws.com/role-arn" = aws_iam_role.cart.arn
    }
  }
}
