resource "aws_launch_template" "eks_nodes" {
  name_prefix = "eks-nodes-"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "optional"
    http_put_response_hop_limit = 1
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { "kubernetes.io/cluster/blue" = "owned" }
  }
}

resource "aws_eks_node_group" "this" {
  cluster_name = "blue"
  launch_template {
    id      = aws_launch_template.eks_nodes.id
    version = aws_launch_template.eks_nodes.latest_version
  }
}
