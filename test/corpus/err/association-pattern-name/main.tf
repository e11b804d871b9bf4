resource "aws_eks_pod_identity_association" "team" {
  cluster_name    = "blue"
  namespace       = "team-a"
  service_account = "*"
  role_arn        = aws_iam_role.team.arn
}
