module "external_dns" {
  source    = "terraform-aws-modules/iam/aws//modules/iam-eks-role"
  version   = "~> 5.30"
  role_name = "external-dns"

  cluster_service_accounts = {
    staging = ["dns:external-dns"]
    prod    = ["dns:external-dns-*"]
  }
}

module "backup" {
  source                     = "terraform-aws-modules/iam/aws//modules/iam-eks-role"
  version                    = "~> 5.30"
  role_name                  = "backup"
  assume_role_condition_test = "StringLike"

  cluster_service_accounts = {
    prod = ["*:backup"]
  }
}
