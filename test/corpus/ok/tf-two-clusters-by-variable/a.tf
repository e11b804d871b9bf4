resource "aws_eks_pod_identity_association" "a" {
  cluster_name    = "blue"
  namespace       = "x"
  service_account = "agent"
  role_arn        = "arn:aws:iam::222233334444:role/a"
}
resource "aws_eks_pod_identity_association" "b" {
  cluster_name    = var.other_cluster
  namespace       = "x"
  service_account = "agent"
  role_arn        = "arn:aws:iam::222233334444:role/a"
}
