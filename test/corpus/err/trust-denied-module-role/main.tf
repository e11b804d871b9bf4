module "cart_irsa" {
  source          = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts"
  name            = "cart"
  use_name_prefix = false
  oidc_providers  = { x = { provider_arn = module.eks.oidc_provider_arn, namespace_service_accounts = ["store:cart"] } }
}
resource "kubernetes_service_account_v1" "cart" {
  metadata {
    name        = "cart"
    namespace   = "shop"
    annotations = { "eks.amazonaws.com/role-arn" = module.cart_irsa.arn }
  }
}
