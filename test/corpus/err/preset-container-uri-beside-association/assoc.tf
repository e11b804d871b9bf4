resource "aws_eks_pod_identity_association" "writer" {
  cluster_name    = var.cluster
  namespace       = "data"
  service_account = "writer"
  role_arn        = var.role_arn
}
