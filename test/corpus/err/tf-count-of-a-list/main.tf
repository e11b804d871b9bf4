variable "teams" {
  type    = list(string)
  default = ["cart", "billing", "*"]
}

resource "aws_iam_role" "team" {
  count = length(var.teams)
  name  = "team-${count.index}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringLike = {
          "oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678:sub" = "system:serviceaccount:shop:${var.teams[count.index]}"
        }
        StringEquals = {
          "oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678:aud" = "sts.amazonaws.com"
        }
      }
    }]
  })
}

resource "kubernetes_service_account" "billing" {
  metadata {
    name        = "billing-api"
    namespace   = "shop"
    annotations = { "eks.amazonaws.com/role-arn" = aws_iam_role.team[1].arn }
  }
}
