resource "aws_eks_pod_identity_association" "a" {
  cluster_name    = "blue"
  namespace       = "x"
  service_account = "a"
  role_arn        = "arn:aws:iam::222233334444:role/a"
  policy          = data.aws_iam_policy_document.session.json
}
