module "irsa" {
  source  = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts"
  version = "6.2.1"

  name                 = "external-dns"
  use_name_prefix      = false
  trust_condition_test = "StringLike"

  oidc_providers = {
    (var.cluster_name) = {
      provider_arn               = var.oidc_provider_arn
      namespace_service_accounts = ["kube-system:external-dns", "*:external-dns"]
    }
  }
}
