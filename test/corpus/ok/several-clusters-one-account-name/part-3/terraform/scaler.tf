resource "kubernetes_service_account" "scaler" {
  metadata {
    name      = "scaler"
    namespace = "kube-system"
    annotations = {
      "eks.amazonaws.com/role-arn" = "arn:aws:iam::111122223333:role/scaler-three"
    }
  }
}
