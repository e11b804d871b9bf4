module "batch_nodes" {
  source = "terraform-aws-modules/eks/aws//modules/eks-managed-node-group"
  name   = "batch"

  metadata_options = {
    http_endpoint               = "enabled"
    http_tokens                 = "optional"
    http_put_response_hop_limit = 3
  }
}
