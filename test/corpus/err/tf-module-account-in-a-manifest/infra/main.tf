locals {
  oidc_provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678"
}

module "cart" {
  source            = "./modules/irsa"
  name              = "cart"
  namespace         = "shop"
  service_accounts  = ["cart"]
  oidc_provider_arn = local.oidc_provider_arn
  policy_arns       = { queue = aws_iam_policy.queue.arn }
}

module "reports" {
  source            = "./modules/irsa"
  name              = "reports"
  namespace         = "billing"
  service_accounts  = ["reports", "reports-weekly"]
  oidc_provider_arn = local.oidc_provider_arn
}

resource "aws_iam_policy" "queue" {
  name = "queue"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "arn:aws:sqs:eu-west-1:111122223333:orders" }]
  })
}

resource "kubernetes_service_account_v1" "cart" {
  metadata {
    name        = "cart"
    namespace   = "shop"
    annotations = { "eks.amazonaws.com/role-arn" = module.cart.role_arn }
  }
}
