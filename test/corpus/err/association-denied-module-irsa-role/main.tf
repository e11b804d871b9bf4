module "cart_irsa" {
  source         = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
  role_name      = "cart"
  oidc_providers = { x = { provider_arn = module.eks.oidc_provider_arn, namespace_service_accounts = ["shop:cart"] } }
}
resource "aws_eks_pod_identity_association" "cart" {
  cluster_name    = "blue"
  namespace       = "shop"
  service_account = "cart"
  role_arn        = module.cart_irsa.iam_role_arn
}
