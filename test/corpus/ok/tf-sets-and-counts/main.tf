variable "accounts" {
  type    = set(string)
  default = ["cart", "billing"]
}

resource "aws_iam_role" "app" {
  for_each = var.accounts
  name     = "app-${each.value}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678:sub" = "system:serviceaccount:shop:${each.key}"
          "oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678:aud" = "sts.amazonaws.com"
        }
      }
    }]
  })
}

resource "kubernetes_service_account" "app" {
  for_each = var.accounts
  metadata {
    name        = each.value
    namespace   = "shop"
    annotations = { "eks.amazonaws.com/role-arn" = aws_iam_role.app[each.key].arn }
  }
}

variable "namespaces" {
  type    = list(string)
  default = ["shop-dev", "shop-prod"]
}

resource "aws_eks_pod_identity_association" "worker" {
  count           = length(var.namespaces)
  cluster_name    = "main"
  namespace       = var.namespaces[count.index]
  service_account = "worker"
  role_arn        = aws_iam_role.worker[0].arn
}

resource "aws_iam_role" "worker" {
  count = 1
  name  = "worker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "pods.eks.amazonaws.com" }, Action = ["sts:AssumeRole", "sts:TagSession"] }]
  })
}
