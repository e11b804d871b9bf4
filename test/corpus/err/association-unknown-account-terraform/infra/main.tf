resource "aws_eks_pod_identity_association" "mover" {
  cluster_name    = "blue"
  namespace       = "data"
  service_account = "movers"
  role_arn        = aws_iam_role.mover.arn
}
