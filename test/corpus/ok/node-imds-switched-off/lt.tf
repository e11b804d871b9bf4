resource "aws_launch_template" "eks_nodes" {
  name = "eks-nodes"
  metadata_options {
    http_endpoint               = "disabled"
    http_tokens                 = "optional"
    http_put_response_hop_limit = 2
  }
}
