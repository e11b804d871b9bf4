resource "aws_eks_pod_identity_association" "tools" {
  cluster_name    = "blue"
  namespace       = "tools"
  service_account = "default"
  role_arn        = aws_iam_role.tools.arn
}
