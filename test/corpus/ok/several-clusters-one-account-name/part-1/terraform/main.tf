resource "aws_eks_pod_identity_association" "scaler" {
  cluster_name    = aws_eks_cluster.this.name
  namespace       = "kube-system"
  service_account = "scaler"
  role_arn        = aws_iam_role.scaler.arn
}
