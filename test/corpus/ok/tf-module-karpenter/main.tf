module "karpenter" {
  source  = "terraform-aws-modules/eks/aws//modules/karpenter"
  version = "~> 21.0"

  cluster_name                    = "main"
  create_pod_identity_association = true
  namespace                       = "karpenter"
}

module "karpenter_staging" {
  source                          = "terraform-aws-modules/eks/aws//modules/karpenter"
  cluster_name                    = "staging"
  create_pod_identity_association = true
}

module "roles" {
  source    = "terraform-aws-modules/iam/aws//modules/iam-eks-role"
  role_name = "external-dns"

  cluster_service_accounts = {
    (var.cluster_name) = ["dns:external-dns"]
  }
}

variable "cluster_name" {}
