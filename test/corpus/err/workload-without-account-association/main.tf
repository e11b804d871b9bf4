resource "aws_eks_pod_identity_association" "invoices" {
  cluster_name    = "blue"
  namespace       = "billing"
  service_account = "invoices"
  role_arn        = "arn:aws:iam::111122223333:role/invoices"
}
