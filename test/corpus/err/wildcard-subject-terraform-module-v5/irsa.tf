module "velero_irsa" {
  source  = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
  version = "~> 5.39"

  role_name                  = "velero"
  assume_role_condition_test = "StringLike"
  attach_velero_policy       = true
  velero_s3_bucket_arns      = [aws_s3_bucket.velero.arn]

  oidc_providers = {
    main = {
      provider_arn               = module.eks.oidc_provider_arn
      namespace_service_accounts = ["velero:*"]
    }
  }
}
