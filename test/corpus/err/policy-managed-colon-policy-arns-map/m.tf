module "irsa" {
  source           = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
  role_name        = "a"
  role_policy_arns = { secrets = "arn:aws:iam::aws:policy/secretsmanager:ReadWrite" }
  oidc_providers   = { x = { provider_arn = module.eks.oidc_provider_arn, namespace_service_accounts = ["x:a"] } }
}
