module "s3_uploader" {
  source          = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts"
  version         = "~> 6.0"
  name            = "uploader"
  use_name_prefix = false
  oidc_providers = {
    this = {
      provider_arn               = module.eks.oidc_provider_arn
      namespace_service_accounts = ["media:uplaoder"]
    }
  }
}
