resource "kubernetes_default_service_account_v1" "tools" {
  metadata {
    namespace = "tools"
    annotations = {
      "eks.amazonaws.com/role-arn" = "arn:aws:iam::111122223333:role/tools"
    }
  }
}
