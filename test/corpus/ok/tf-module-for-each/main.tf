locals {
  workloads = {
    api    = { namespace = "shop", sa = "api" }
    worker = { namespace = "shop", sa = "worker" }
  }
}

module "irsa" {
  for_each = local.workloads
  source   = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"
  version  = "5.30.0"

  role_name        = "${var.prefix}-${each.key}"
  role_policy_arns = { policy = aws_iam_policy.this[each.key].arn }
  oidc_providers = {
    main = {
      provider_arn               = var.oidc_provider_arn
      namespace_service_accounts = ["${each.value.namespace}:${each.value.sa}"]
    }
  }
}
