module "eks" {
  source       = "terraform-aws-modules/eks/aws"
  version      = "~> 20.0"
  cluster_name = "blue"
  eks_managed_node_groups = {
    default = {
      metadata_options = {
        http_tokens                 = "optional"
        http_put_response_hop_limit = 1
      }
    }
  }
}
