resource "kubernetes_service_account" "sender" {
  metadata {
    name        = "sender"
    namespace   = "mail"
    annotations = { "eks.amazonaws.com/role-arn" = "arn:aws:iam::222233334444:role/sender" }
  }
}

resource "aws_eks_pod_identity_association" "sender" {
  cluster_name    = var.cluster_name
  namespace       = "mail"
  service_account = kubernetes_service_account.sender.metadata[0].name
  role_arn        = "arn:aws:iam::222233334444:role/sender"
}
