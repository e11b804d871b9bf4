resource "kubernetes_service_account_v1" "agent" {
  metadata {
    name      = "agent"
    namespace = var.namespace
  }
}
