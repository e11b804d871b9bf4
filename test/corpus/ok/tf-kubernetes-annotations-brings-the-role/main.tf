module "cart" {
  source = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts"
  name   = "cart"
  oidc_providers = {
    main = {
      provider_arn               = module.eks.oidc_provider_arn
      namespace_service_accounts = ["shop:cart"]
    }
  }
}
resource "kubernetes_annotations" "cart" {
  api_version = "v1"
  kind        = "ServiceAccount"
  metadata {
    name      = "cart"
    namespace = "shop"
  }
  annotations = { "eks.amazonaws.com/role-arn" = module.cart.arn }
}
